"""Streams that query before they begin."""

import asyncio

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse
from django.shortcuts import aget_object_or_404
from parcels.api import asked
from parcels.models import Parcel
from rates.carriers import aget_quote

parcels = Parcel.objects.select_related("customer")


def event_stream(parts):
    return StreamingHttpResponse(parts, content_type="text/event-stream")


async def prices(carrier, question):
    """Yield the price, whenever it is asked for again."""
    while True:
        quote = await aget_quote(carrier, **question)
        yield f"data: {quote and quote.price_cents}\n\n"
        await asyncio.sleep(10)


# --8<-- [start:holds]
async def price_feed(_request, number):
    """Trap: the query's connection is held until the stream ends."""
    parcel = await aget_object_or_404(parcels, number=number)
    return event_stream(prices(*asked(parcel)))


# --8<-- [end:holds]


# --8<-- [start:gives-back]
@sync_to_async
def give_back():
    """Close what this request's thread has opened, or return it to the pool."""
    connections.close_all()


async def thrifty_price_feed(_request, number):
    parcel = await aget_object_or_404(parcels, number=number)
    await give_back()  # after the last query, before the first part
    return event_stream(prices(*asked(parcel)))


# --8<-- [end:gives-back]
