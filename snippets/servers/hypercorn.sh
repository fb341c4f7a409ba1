#!/bin/sh
# --8<-- [start:command]
exec hypercorn "${APP:-config.asgi:application}" \
    --workers "${WORKERS:-1}" \
    --bind "127.0.0.1:${PORT:-8000}"
# --8<-- [end:command]
