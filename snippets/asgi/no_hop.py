"""Middleware that runs where its request runs: on the event loop, or in the worker's thread."""

import time
from inspect import iscoroutinefunction

from django.utils.decorators import sync_and_async_middleware


def stamp(response, began):
    response["Server-Timing"] = f"app;dur={1000 * (time.perf_counter() - began):.1f}"
    return response


# --8<-- [start:middleware]
@sync_and_async_middleware
def server_timing(get_response):
    """Tell the browser how long Django took. Both forms, so that nothing has to hop."""
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


# --8<-- [end:middleware]


# --8<-- [start:query]
@sync_and_async_middleware
def with_depots(get_response):
    """What must not run on the loop, a query say, still has its method with an `a`."""
    from parcels.models import Depot

    if iscoroutinefunction(get_response):

        async def middleware(request):
            request.depots = await Depot.objects.acount()  # a hop, and only this one
            return await get_response(request)

    else:

        def middleware(request):
            request.depots = Depot.objects.count()
            return get_response(request)

    return middleware


# --8<-- [end:query]
