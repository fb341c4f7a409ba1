"""Middleware that runs where its request runs: on the event loop, or in the worker's thread."""

# --8<-- [start:middleware]
import time
from inspect import iscoroutinefunction

from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def server_timing(get_response):
    """Tell the browser how long Django took, in both forms."""
    # What comes next in the stack decides which form is needed.
    if iscoroutinefunction(get_response):

        async def middleware(request):
            began = time.perf_counter()
            return stamp(await get_response(request), began)

    else:

        def middleware(request):
            began = time.perf_counter()
            return stamp(get_response(request), began)

    return middleware


def stamp(response, began):
    took_ms = 1000 * (time.perf_counter() - began)
    response["Server-Timing"] = f"app;dur={took_ms:.1f}"
    return response


# --8<-- [end:middleware]
