#!/bin/sh
# --8<-- [start:command]
# asginl: ASGI without the lifespan protocol, which Django does not answer.
exec granian "${APP:-config.asgi:application}" \
    --interface asginl \
    --workers "${WORKERS:-1}" \
    --host 127.0.0.1 \
    --port "${PORT:-8000}"
# --8<-- [end:command]
