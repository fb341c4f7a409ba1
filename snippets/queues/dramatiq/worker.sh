#!/bin/sh
# --8<-- [start:command]
# PROCESSES x THREADS jobs at once, each of which may hold a database connection. The
# defaults are a process for each core and eight threads. At a stop, jobs in progress
# have GRACE_MS to end; what is not done by then is done again by another worker.
exec python manage.py rundramatiq \
    --processes "${PROCESSES:-1}" \
    --threads "${THREADS:-4}" \
    --worker-shutdown-timeout "${GRACE_MS:-60000}"
# --8<-- [end:command]
