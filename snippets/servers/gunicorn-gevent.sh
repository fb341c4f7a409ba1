#!/bin/sh
# --8<-- [start:command]
# Greenlets in patched processes: whatever waits must be patched too.
exec gunicorn "${APP:-config.wsgi:application}" \
    --worker-class gevent \
    --workers "${WORKERS:-1}" \
    --bind "127.0.0.1:${PORT:-8000}" \
    --no-control-socket
# --8<-- [end:command]
