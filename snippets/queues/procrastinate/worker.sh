#!/bin/sh
# --8<-- [start:command]
# Runs CONCURRENCY jobs at once, sync ones in threads, and keeps the schedule.
exec python manage.py procrastinate worker --concurrency "${CONCURRENCY:-4}"
# --8<-- [end:command]
