"""The example app with views of traps and with GZipMiddleware, under WSGI and ASGI."""

from collections.abc import AsyncIterator, Iterator

from config.asgi import application as _sets_django_up  # noqa: F401 - so it comes first
from config.urls import urlpatterns
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from rates.carriers import aget_quote, get_quote
from traps import left_task, shared_client, swallowed

PARCEL = {"weight_g": 1000, "country": "DE"}
EVENTS = 20


@csrf_exempt
async def upload_async(_request: HttpRequest) -> HttpResponse:
    """Ask a carrier, and so tell that the view has begun."""
    await aget_quote("postal", **PARCEL)
    return HttpResponse()


@csrf_exempt
def upload(_request: HttpRequest) -> HttpResponse:
    """Do the same in a thread."""
    get_quote("postal", **PARCEL)
    return HttpResponse()


async def stream_async(_request: HttpRequest) -> StreamingHttpResponse:
    """Stream events, the last of which is not made before a carrier answers."""

    async def events() -> AsyncIterator[str]:
        for number in range(EVENTS):
            yield f"id: {number}\n\n"
        await aget_quote("postal", **PARCEL)
        yield "id: last\n\n"

    return StreamingHttpResponse(events(), content_type="text/event-stream")


def stream(_request: HttpRequest) -> StreamingHttpResponse:
    """Do the same in a thread."""

    def events() -> Iterator[str]:
        for number in range(EVENTS):
            yield f"id: {number}\n\n"
        get_quote("postal", **PARCEL)
        yield "id: last\n\n"

    return StreamingHttpResponse(events(), content_type="text/event-stream")


urlpatterns += [
    path("left-task/", left_task.leave),
    path("awaited-task/", left_task.wait),
    path("swallowed/", swallowed.swallow),
    path("let-pass/", swallowed.let_pass),
    path("client/shared/", shared_client.price),
    path("client/own/", shared_client.price_with_the_loops_own),
    path("upload/", upload),
    path("upload/async/", upload_async),
    path("stream/", stream),
    path("stream/async/", stream_async),
]

settings.MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *settings.MIDDLEWARE]
application, wsgi = ASGIHandler(), WSGIHandler()
