"""Views that do one thing which a proof looks at, beside those of the desk."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Iterator

import config.urls
import within
from asgiref.sync import sync_to_async
from at_most import at_most
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils.decorators import sync_only_middleware
from leaving import asked_to_the_end, watched, watchers
from parcels.models import Depot
from rates.carriers import aget_quote, get_quote
from streams import price_feed, thrifty_price_feed

warnings.filterwarnings("ignore", "StreamingHttpResponse must consume")
within.SECONDS = 0.3
PARTS = 1000
QUESTION = {"weight_g": 1000, "country": "DE"}
made = 0


@sync_only_middleware
def sync_only(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Do nothing, as a sync middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware


def from_sync_iterator(_request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        for _ in range(20):
            yield f"{get_quote('postal', **QUESTION).price_cents}\n"

    return StreamingHttpResponse(lines())


async def from_async_iterator(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(watched(quotes()))


async def quotes() -> AsyncIterator[str]:
    for _ in range(20):
        quote = await aget_quote("postal", **QUESTION)
        yield f"{quote.price_cents}\n"


async def never_waits(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(parts())


async def takes_turns(_request: HttpRequest) -> StreamingHttpResponse:
    async def polite() -> AsyncIterator[str]:
        async for part in parts():
            await asyncio.sleep(0)
            yield part

    return StreamingHttpResponse(polite())


async def parts() -> AsyncIterator[str]:
    global made  # noqa: PLW0603 - one test, one server
    made = 0
    for _ in range(PARTS):
        made += 1
        yield "x" * 100_000


errands = set()


class Telling(HttpResponse):
    """A response that tells when its request has ended, which is after the client has it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        super().close()
        self._loop.call_soon_threadsafe(self.ended.set)


async def leave_query(_request: HttpRequest) -> HttpResponse:
    # What Python collects sooner or later is not what is asked: it is what a request closes.
    gc.disable()
    response = Telling("left")

    async def errand() -> None:
        await response.ended.wait()
        await aget_quote("postal", **QUESTION)
        await Depot.objects.acount()
        await asyncio.Event().wait()

    errands.add(asyncio.create_task(errand()))
    return response


async def wrong_close(_request: HttpRequest) -> HttpResponse:
    await Depot.objects.acount()
    await sync_to_async(connection.close)()
    return HttpResponse("closed")


async def counts(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"watchers": len(watchers), "made": made})


async def one(_request: HttpRequest) -> JsonResponse:
    quote = await aget_quote("postal", **QUESTION)
    return JsonResponse({"cents": quote and quote.price_cents})


urlpatterns = [
    *config.urls.urlpatterns,
    path("sync/", from_sync_iterator),
    path("async/", from_async_iterator),
    path("never-waits/", never_waits),
    path("takes-turns/", takes_turns),
    path("counts/", counts),
    path("leave-query/", leave_query),
    path("wrong-close/", wrong_close),
    path("shield/", asked_to_the_end),
    path("at-most/", at_most(running=20, waiting=10)(one)),
    path("feed/<number>/", price_feed),
    path("thrifty/<number>/", thrifty_price_feed),
]
