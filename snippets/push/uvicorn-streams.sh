#!/bin/sh
# --8<-- [start:command]
# An ASGI server for event streams, beside the WSGI server that does the rest.
# STREAMS bounds the open connections of a worker process. The next gets a 503.
# Each stream keeps a thread, so the user's process limit must be above that.
# GRACE_S: a stream never ends by itself. Without it uvicorn waits forever.
# The pool: after a restart all browsers ask the database in the same moment.
export DATABASE_POOL="${DATABASE_POOL:-8}" DATABASE_CONN_MAX_AGE=0
exec uvicorn "${APP:-config.asgi:application}" \
    --workers "${WORKERS:-1}" \
    --host 127.0.0.1 \
    --port "${PORT:-8000}" \
    --lifespan off \
    --no-access-log \
    --limit-concurrency "${STREAMS:-1000}" \
    --timeout-graceful-shutdown "${GRACE_S:-5}"
# --8<-- [end:command]
