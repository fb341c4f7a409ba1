#!/bin/sh
# --8<-- [start:command]
# One job at a time, each in a process that is forked for it; start the command twice to
# have two. Without the scheduler no job that waits for its next try would ever get it.
exec python manage.py rqworker default --with-scheduler
# --8<-- [end:command]
