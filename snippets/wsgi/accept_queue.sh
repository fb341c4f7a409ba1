#!/bin/sh
# --8<-- [start:watch]
# The second column, Recv-Q, is how many connections wait for a worker now. The third is how
# many may. With gthread it stays at 0 until a worker has taken in worker_connections.
ss --no-header --listening --tcp --numeric "sport = :${PORT:-8000}"
# --8<-- [end:watch]
