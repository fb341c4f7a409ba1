"""Streams that query before they begin, and what must happen when one ends."""

import asyncio

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import JsonResponse, StreamingHttpResponse
from django.shortcuts import aget_object_or_404
from parcels.api import asked
from parcels.models import Parcel
from rates.carriers import aget_quote


async def prices(carrier, question):
    """Yield the price, whenever it is asked for again."""
    while True:
        quote = await aget_quote(carrier, **question)
        yield f"data: {quote and quote.price_cents}\n\n"
        await asyncio.sleep(10)


# --8<-- [start:holds]
async def price_feed(_request, number):
    """Trap: the query's connection stays with the request until the stream ends."""
    parcel = await aget_object_or_404(Parcel.objects.select_related("customer"), number=number)
    return StreamingHttpResponse(prices(*asked(parcel)), content_type="text/event-stream")


# --8<-- [end:holds]


# --8<-- [start:gives-back]
@sync_to_async
def give_back():
    """Close what this request's thread has opened; with a pool, it returns there."""
    connections.close_all()


async def thrifty_price_feed(_request, number):
    parcel = await aget_object_or_404(Parcel.objects.select_related("customer"), number=number)
    await give_back()  # after the last query, before the first part
    return StreamingHttpResponse(prices(*asked(parcel)), content_type="text/event-stream")


# --8<-- [end:gives-back]


# --8<-- [start:cleanup]
watchers = set()


async def watched(parts):
    """Pass the parts on; count who watches, however the watching ends."""
    me = object()
    watchers.add(me)
    try:
        async for part in parts:
            yield part
    finally:
        # The client left, the parts ended, or the server stops. Do not yield here.
        watchers.discard(me)


# --8<-- [end:cleanup]


# --8<-- [start:shield]
unfinished = set()


async def ask_all(question, carriers):
    return [await aget_quote(carrier, **question) for carrier in carriers]


async def asked_to_the_end(_request):
    """Ask all carriers, also when the client leaves; a stop of the server still ends it."""
    question = {"weight_g": 1000, "country": "DE"}
    task = asyncio.create_task(ask_all(question, ["postal", "swift", "eagle"]))
    unfinished.add(task)  # the loop alone does not keep a task alive
    task.add_done_callback(unfinished.discard)
    quotes = await asyncio.shield(task)  # the client's leaving cancels this wait only
    return JsonResponse({"quotes": len(quotes)})


# --8<-- [end:shield]
