#!/bin/sh
# --8<-- [start:command]
# gunicorn's own ASGI worker: gunicorn's process management around an event loop.
exec gunicorn "${APP:-config.asgi:application}" \
    --worker-class asgi \
    --workers "${WORKERS:-1}" \
    --bind "127.0.0.1:${PORT:-8000}" \
    --no-control-socket
# --8<-- [end:command]
