#!/bin/sh
# --8<-- [start:command]
# The trap: nothing sets --blocking-threads. Do not copy this; snippets/servers has the cure.
exec granian "${APP:-config.wsgi:application}" \
    --interface wsgi \
    --workers "${WORKERS:-1}" \
    --host 127.0.0.1 \
    --port "${PORT:-8000}"
# --8<-- [end:command]
