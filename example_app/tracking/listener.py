"""The one task of a process that learns of news and rings the bells of its open streams.

With REDIS_URL it listens to what `reports.publish` says, so streams are told at once. Without, it
asks the database now and then for all streams at once. That needs no further service, is right
with any number of processes, and is late by TRACKING_LOOK_S at most.
"""

import asyncio
import logging

import redis.asyncio as redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Max
from parcels.models import Parcel
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


# --8<-- [start:listener]
async def listen(bells):
    """Ring until cancelled, whatever fails in between."""
    while True:
        try:
            await (hear(bells) if settings.REDIS_URL else look(bells))
        except (RedisError, DatabaseError, OSError):
            logger.exception("streams hear no news; trying again")
        await asyncio.sleep(1)


async def hear(bells):
    """Ring for each parcel that is named on the channel."""
    async with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as channel:
        await channel.subscribe(settings.TRACKING_CHANNEL)
        async for message in channel.listen():
            if message["type"] == "message":
                bells.ring([message["data"].decode()])
            else:
                # Subscribed, or subscribed again after a break: what was said before that was
                # not heard, so everybody looks.
                bells.ring(bells.numbers())


async def look(bells):
    """Ring for each parcel whose newest event is another one than a moment ago."""
    seen = {}
    while True:
        newest = await newest_events(bells.numbers())
        bells.ring([number for number, pk in newest.items() if seen.get(number, -1) != pk])
        seen = newest
        await asyncio.sleep(settings.TRACKING_LOOK_S)


@sync_to_async
def newest_events(numbers):
    parcels = Parcel.objects.filter(number__in=numbers).annotate(newest=Max("events"))
    try:
        return dict(parcels.values_list("number", "newest"))
    finally:
        connection.close()


# --8<-- [end:listener]
