#!/bin/sh
# --8<-- [start:command]
# granian under WSGI. WORKERS x THREADS requests run at once, each with a
# database connection of its own; all others wait. Say the number: without
# it, one worker may start hundreds of threads.
# GRACE_S: what requests in progress get when it stops.
exec granian "${APP:-config.wsgi:application}" \
    --interface wsgi \
    --workers "${WORKERS:-1}" \
    --blocking-threads "${THREADS:-8}" \
    --host "${HOST:-127.0.0.1}" \
    --port "${PORT:-8000}" \
    --respawn-failed-workers \
    --workers-kill-timeout "${GRACE_S:-25}"
# --8<-- [end:command]
