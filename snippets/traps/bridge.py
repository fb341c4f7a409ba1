"""Wrong ways across the bridge between sync and async code, and the right ones."""

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from parcels.models import Parcel
from rates.carriers import aget_quote


# --8<-- [start:into-sync]
def price_of(parcel):
    return async_to_sync(aget_quote)(parcel.carrier, weight_g=parcel.weight_g, country="DE")


async def price(parcel):
    return price_of(parcel)  # raises: a loop runs in this thread


async def price_in_a_thread(parcel):
    return await sync_to_async(price_of)(parcel)


async def price_awaited(parcel):  # best: no bridge at all
    return await aget_quote(parcel.carrier, weight_g=parcel.weight_g, country="DE")


# --8<-- [end:into-sync]


# --8<-- [start:wrap]
def wrapped_twice():
    return sync_to_async(aget_quote)  # raises: this one is async already


# --8<-- [end:wrap]


# --8<-- [start:not-awaited]
async def number():
    parcel = Parcel.objects.afirst()
    return parcel.number  # raises: this is a coroutine, not a parcel


async def is_known(number):
    return bool(Parcel.objects.filter(number=number).aexists())  # always true


async def is_known_awaited(number):
    return await Parcel.objects.filter(number=number).aexists()


# --8<-- [end:not-awaited]


# --8<-- [start:connection]
COUNT = "SELECT count(*) FROM parcels_parcel"


async def count():
    cursor = await sync_to_async(connection.cursor)()  # raises: the loop's connection
    return cursor.execute(COUNT).fetchone()[0]


async def count_in_the_thread():
    def ask():
        with connection.cursor() as cursor:
            cursor.execute(COUNT)
            return cursor.fetchone()[0]

    return await sync_to_async(ask)()


# --8<-- [end:connection]
