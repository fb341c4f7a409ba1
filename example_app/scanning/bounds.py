"""What Channels leaves unbounded, or bounds too tightly: sockets of a user, threads for queries."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from asgiref.sync import ThreadSensitiveContext
from channels.security.websocket import WebsocketDenier

# --8<-- [start:per-user]
MOST_SOCKETS = 5


def limit_per_user(inner):
    """Refuse a user who has many sockets open in this process already."""
    open_now = Counter()

    async def application(scope, receive, send):
        user = scope["user"].pk
        if open_now[user] >= MOST_SOCKETS:
            return await WebsocketDenier()(scope, receive, send)
        open_now[user] += 1
        try:
            return await inner(scope, receive, send)
        finally:
            open_now[user] -= 1
            if not open_now[user]:
                del open_now[user]

    return application


# --8<-- [end:per-user]


# --8<-- [start:threads]
THREADS = int(os.environ.get("SOCKET_THREADS") or 8)


def spread_over_threads(inner):
    """Have sockets do their sync work in several threads, and no more than THREADS.

    Without this, all sockets of a process share a single thread: the slow query of one
    stops the messages of all. A socket stays with one thread, so its work keeps its order.
    """
    threads = cycle([ThreadPoolExecutor(1, f"sockets-{n}") for n in range(THREADS)])

    async def application(scope, receive, send):
        async with ThreadSensitiveContext(executor=next(threads)):
            return await inner(scope, receive, send)

    return application


# --8<-- [end:threads]
