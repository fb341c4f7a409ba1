#!/bin/sh
# --8<-- [start:command]
# granian under ASGI; asginl leaves out the lifespan messages, which Django
# does not answer. LIMIT bounds the open connections of a worker, and with
# them its requests, threads and database connections. All others wait.
# GRACE_S: what still streams then is cut off.
exec granian "${APP:-config.asgi:application}" \
    --interface asginl \
    --workers "${WORKERS:-1}" \
    --backpressure "${LIMIT:-200}" \
    --host "${HOST:-127.0.0.1}" \
    --port "${PORT:-8000}" \
    --respawn-failed-workers \
    --workers-kill-timeout "${GRACE_S:-20}"
# --8<-- [end:command]
