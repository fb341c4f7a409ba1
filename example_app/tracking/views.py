"""A customer's parcel: a page that polls, a page that is told, and what each of them asks."""

from django.core.handlers.asgi import ASGIRequest
from django.db.models import Max
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_GET, require_safe
from parcels.models import Parcel

from tracking.streams import as_json, messages


def etag_of(newest):
    return f'"{newest or 0}"'


@require_safe
def page(request, number, script="tracking/poll.js"):
    """Show what is known now. The script fetches what comes."""
    parcel = get_object_or_404(Parcel, number=number)
    events = [*parcel.events.order_by("pk")]
    last = events[-1].pk if events else 0
    known = {"parcel": parcel, "events": events, "last": last, "etag": etag_of(last)}
    return render(request, "tracking/parcel.html", {**known, "script": script})


@require_safe
def live_page(request, number):
    return page(request, number, script="tracking/stream.js")


# --8<-- [start:poll]
def newest_event(_request, number):
    """Return what changes when there is news: all that most polls cost, a single query."""
    parcels = Parcel.objects.annotate(newest=Max("events")).values_list("newest", flat=True)
    return etag_of(get_object_or_404(parcels, number=number))


@require_safe
@cache_control(private=True, no_cache=True)  # kept by the browser alone, and never unasked
@condition(etag_func=newest_event)  # answers 304 by itself; the view below runs for news only
def events(_request, number):
    parcel = get_object_or_404(Parcel, number=number)
    return JsonResponse({"events": [as_json(event) for event in parcel.events.order_by("pk")]})


# --8<-- [end:poll]


# --8<-- [start:stream]
@require_GET
async def stream(request, number):
    """Send each event as it comes. A browser that comes back says what it saw last."""
    if not isinstance(request, ASGIRequest):
        # Under WSGI this would hold a worker for good and send nothing.
        return HttpResponse("Streams are served by the ASGI server.", status=501)
    # The header is the browser's own, when it reconnects; the first time the page says it.
    last = request.headers.get("Last-Event-ID") or request.GET.get("after")
    return StreamingHttpResponse(
        messages(number, as_id(last)),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


def as_id(text):
    try:
        return int(text)
    except (TypeError, ValueError):
        return 0  # all events, rather than none


# --8<-- [end:stream]
