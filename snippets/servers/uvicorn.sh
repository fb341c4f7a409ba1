#!/bin/sh
# --8<-- [start:command]
# uvloop and httptools are chosen by themselves when they are installed.
exec uvicorn "${APP:-config.asgi:application}" \
    --workers "${WORKERS:-1}" \
    --host 127.0.0.1 \
    --port "${PORT:-8000}" \
    --lifespan off \
    --no-access-log
# --8<-- [end:command]
