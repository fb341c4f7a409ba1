#!/bin/sh
# --8<-- [start:command]
# As the parent of your server, py-spy may look into it without being root.
# Ctrl-C ends both and writes the flame graph.
exec py-spy record --subprocesses --nolineno \
    --format "${FORMAT:-flamegraph}" \
    --output "${OUTPUT:-profile.svg}" \
    -- gunicorn "${APP:-config.wsgi:application}" \
    --worker-class gthread \
    --threads "${THREADS:-8}" \
    --bind "127.0.0.1:${PORT:-8000}" \
    --no-control-socket
# --8<-- [end:command]
