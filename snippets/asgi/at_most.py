"""A limit within Django, for one view: so many run, so many wait, the rest are refused."""

# --8<-- [start:at-most]
from asyncio import Semaphore
from functools import wraps

from django.http import HttpResponse


def at_most(running, waiting):
    """Limit an async view under ASGI. Each process counts for itself."""

    def decorate(view):
        free = Semaphore(running)
        queue = 0

        @wraps(view)
        async def limited(request, *args, **kwargs):
            nonlocal queue
            if free.locked() and queue >= waiting:
                return HttpResponse(status=503, headers={"Retry-After": "2"})
            queue += 1
            try:
                await free.acquire()
            finally:
                queue -= 1  # also when the client leaves while it waits
            try:
                return await view(request, *args, **kwargs)
            finally:
                free.release()

        return limited

    return decorate


# --8<-- [end:at-most]
