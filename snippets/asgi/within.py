"""A bound on the time of each request."""

# --8<-- [start:within]
import asyncio

from django.http import HttpResponse
from django.utils.decorators import async_only_middleware

SECONDS = 10


@async_only_middleware
def within(get_response):
    """Answer 503 when it takes too long. Put it first, under ASGI alone."""

    async def middleware(request):
        try:
            async with asyncio.timeout(SECONDS) as bound:
                return await get_response(request)
        except TimeoutError:
            if not bound.expired():
                raise  # somebody else's time-out
            return HttpResponse("Too slow.", status=503)

    return middleware


# --8<-- [end:within]
