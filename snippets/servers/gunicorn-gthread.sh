#!/bin/sh
# --8<-- [start:command]
# A fixed number of threads in each worker process: the limit is WORKERS x THREADS.
exec gunicorn "${APP:-config.wsgi:application}" \
    --worker-class gthread \
    --workers "${WORKERS:-1}" \
    --threads "${THREADS:-8}" \
    --bind "127.0.0.1:${PORT:-8000}" \
    --no-control-socket
# --8<-- [end:command]
