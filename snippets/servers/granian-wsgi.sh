#!/bin/sh
# --8<-- [start:command]
# Without --blocking-threads one worker may start 512 threads.
exec granian "${APP:-config.wsgi:application}" \
    --interface wsgi \
    --workers "${WORKERS:-1}" \
    --blocking-threads "${THREADS:-8}" \
    --host 127.0.0.1 \
    --port "${PORT:-8000}"
# --8<-- [end:command]
