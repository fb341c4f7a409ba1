#!/bin/sh
# --8<-- [start:command]
# An ASGI server beside the WSGI one, for the views that wait or stream.
# LIMIT bounds the open connections of a worker process, and with them its
# requests, threads and database connections. The next gets a 503 at once.
# 75: longer than a proxy keeps a silent connection, so the proxy closes it.
# GRACE_S: what streams then is cut off. Without it uvicorn waits forever.
exec uvicorn "${APP:-config.asgi:application}" \
    --workers "${WORKERS:-1}" \
    --host "${HOST:-127.0.0.1}" \
    --port "${PORT:-8000}" \
    --lifespan off \
    --no-access-log \
    --limit-concurrency "${LIMIT:-200}" \
    --timeout-keep-alive 75 \
    --timeout-graceful-shutdown "${GRACE_S:-20}"
# --8<-- [end:command]
