#!/bin/sh
# --8<-- [start:command]
# LIMIT bounds the open connections of clients; the next gets a 503 at once.
# On SIGTERM it takes no more requests, answers those in progress, and closes the pool.
exec uvicorn service:app \
    --workers "${WORKERS:-1}" \
    --host 127.0.0.1 \
    --port "${PORT:-8003}" \
    --no-access-log \
    --limit-concurrency "${LIMIT:-500}" \
    --timeout-keep-alive 75 \
    --timeout-graceful-shutdown 20
# --8<-- [end:command]
