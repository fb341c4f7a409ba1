"""A page that asks the database four things and a carrier one: line by line, and done well."""

import asyncio

from asgiref.sync import sync_to_async
from django.http import JsonResponse
from parcels.models import Depot, Event, Parcel
from rates.carriers import aget_quote


# --8<-- [start:awaited]
async def overview_awaited(request):
    """Four trips to the thread, one after another, and the carrier is asked after them all."""
    waiting = await Parcel.objects.filter(status=Parcel.Status.ANNOUNCED).acount()
    newest = [parcel async for parcel in Parcel.objects.newest()]
    depots = [depot.name async for depot in Depot.objects.order_by("name")]
    last = await Event.objects.select_related("parcel").afirst()
    quote = await aget_quote("postal", weight_g=1000, country="DE")
    return shown(waiting, newest, depots, last, quote)


# --8<-- [end:awaited]


# --8<-- [start:one-function]
def load():
    """Ask all that the page shows. What leaves here is loaded: lists and objects, no QuerySets."""
    waiting = Parcel.objects.filter(status=Parcel.Status.ANNOUNCED).count()
    newest = [*Parcel.objects.newest()]
    depots = [depot.name for depot in Depot.objects.order_by("name")]
    last = Event.objects.select_related("parcel").first()
    return waiting, newest, depots, last


async def overview(request):
    """One trip to the thread, and the carrier is asked meanwhile."""
    async with asyncio.TaskGroup() as both:
        loaded = both.create_task(sync_to_async(load)())
        quote = both.create_task(aget_quote("postal", weight_g=1000, country="DE"))
    return shown(*loaded.result(), quote.result())


# --8<-- [end:one-function]


def shown(waiting, newest, depots, last, quote):
    return JsonResponse(
        {
            "waiting": waiting,
            "newest": [f"{parcel.number} to {parcel.customer.name}" for parcel in newest],
            "depots": depots,
            "last": f"{last.parcel.number}: {last.note}",
            "price_cents": quote and quote.price_cents,
        }
    )
