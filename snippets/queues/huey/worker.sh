#!/bin/sh
# --8<-- [start:command]
# One process: its threads do the jobs, and one more is the clock.
exec python manage.py run_huey
# --8<-- [end:command]
