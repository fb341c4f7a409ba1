#!/bin/sh
# --8<-- [start:command]
# Runs jobs and the schedule. Asked to end, it does what it has taken first; only this
# process may be asked, for a signal to its children ends their jobs in the middle.
exec python manage.py qcluster
# --8<-- [end:command]
