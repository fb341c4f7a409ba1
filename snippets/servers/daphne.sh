#!/bin/sh
# --8<-- [start:command]
# daphne is one process by design; run several behind a proxy to use more cores.
exec daphne "${APP:-config.asgi:application}" \
    --bind 127.0.0.1 \
    --port "${PORT:-8000}" \
    --verbosity 0
# --8<-- [end:command]
