#!/bin/sh
# --8<-- [start:command]
# One request at a time in each worker process.
exec gunicorn "${APP:-config.wsgi:application}" \
    --worker-class sync \
    --workers "${WORKERS:-1}" \
    --bind "127.0.0.1:${PORT:-8000}" \
    --no-control-socket
# --8<-- [end:command]
