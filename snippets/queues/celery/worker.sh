#!/bin/sh
# --8<-- [start:command]
# Each of the CONCURRENCY processes does one job at a time. Workers that do not talk to
# each other (gossip, mingle) start faster and ask less of Redis.
exec celery --app queues.celery.app worker \
    --concurrency "${CONCURRENCY:-2}" \
    --without-gossip \
    --without-mingle \
    --loglevel info
# --8<-- [end:command]
