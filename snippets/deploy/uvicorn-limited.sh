#!/bin/sh
# --8<-- [start:command]
# An ASGI server beside the WSGI one, for the views that wait or stream. Per worker process:
# LIMIT bounds the open connections, and with them requests, threads and connections to the
# database. What comes beyond it is answered 503 at once.
# 75: longer than a proxy keeps a silent connection, so that the proxy closes it, not we.
# GRACE_S: what still streams then is cut off. Without it uvicorn waits for ever.
exec uvicorn "${APP:-config.asgi:application}" \
    --workers "${WORKERS:-1}" \
    --host 127.0.0.1 \
    --port "${PORT:-8000}" \
    --lifespan off \
    --no-access-log \
    --limit-concurrency "${LIMIT:-200}" \
    --timeout-keep-alive 75 \
    --timeout-graceful-shutdown "${GRACE_S:-20}"
# --8<-- [end:command]
