"""Say how long a request queued, by the time that the proxy stamped on it."""

import time
from inspect import iscoroutinefunction

from django.utils.decorators import sync_and_async_middleware


# --8<-- [start:middleware]
@sync_and_async_middleware
def queue_time(get_response):
    """Put it first in MIDDLEWARE: what runs before it counts as queue."""
    if iscoroutinefunction(get_response):

        async def middleware(request):
            queued = queued_ms(request)
            return note(await get_response(request), queued)

    else:

        def middleware(request):
            queued = queued_ms(request)
            return note(get_response(request), queued)

    return middleware


def queued_ms(request):
    """Return milliseconds since X-Request-Start, such as `t=1764000000.123`, or None."""
    try:
        start = float(request.headers.get("X-Request-Start", "").removeprefix("t="))
    except ValueError:
        return None  # it did not come through the proxy
    # The clocks of two machines may differ a little.
    return max(0.0, 1000 * (time.time() - start))


def note(response, queued):
    """Browsers show this header beside the request, and nginx logs it."""
    if queued is not None:
        before = response.headers.get("Server-Timing")
        mine = f"queue;dur={queued:.1f}"
        response.headers["Server-Timing"] = f"{mine}, {before}" if before else mine
    return response


# --8<-- [end:middleware]
