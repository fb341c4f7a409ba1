#!/bin/sh
# --8<-- [start:command]
exec uvicorn "${APP:-app:app}" --host 127.0.0.1 --port "${PORT:-8000}" --no-access-log
# --8<-- [end:command]
