#!/bin/sh
# --8<-- [start:command]
# The server for WebSockets, beside the one for requests.
# --ws-max-size: bytes of a message; a longer one closes the socket.
# --ws-ping-…: a client that is gone without a word is noticed by this.
# --ws-per-message-deflate: costs each open socket memory, and short messages gain nothing.
# --timeout-graceful-shutdown: sockets are closed at once; this bounds the rest.
exec uvicorn "${APP:-config.asgi_sockets:application}" \
    --workers "${WORKERS:-1}" \
    --host 127.0.0.1 \
    --port "${PORT:-8002}" \
    --lifespan off \
    --no-access-log \
    --ws-max-size 4096 \
    --ws-ping-interval 20 \
    --ws-ping-timeout 20 \
    --ws-per-message-deflate false \
    --timeout-graceful-shutdown 10
# --8<-- [end:command]
