"""The open streams of this process, and what they send.

An open stream waits for a bell. Who rings it says only that there may be news; what is new, the
stream reads from the database, after the last id that it sent. So a ring may come twice, or for
nothing, and a flag that is set twice takes no more memory: nothing piles up for a slow client.
"""

import asyncio
import json
import time
from collections import defaultdict
from contextlib import contextmanager
from contextvars import Context
from random import randrange

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from parcels.models import Event

from tracking.listener import listen


def as_json(event):
    return {"id": event.pk, "at": event.at, "place": event.place, "note": event.note}


# --8<-- [start:messages]
async def messages(number, last):
    """Yield an event stream: what came after `last`, then what comes."""
    # After a restart all browsers reconnect, but not all in the same second.
    yield f"retry: {randrange(1_000, 5_000)}\n\n"
    end = time.monotonic() + settings.TRACKING_STREAM_S
    with bells.hung(number) as bell:
        while time.monotonic() < end:
            bell.clear()  # before the query: what comes during it rings again
            for event in await events_after(number, last):
                last = event.pk
                data = json.dumps(as_json(event), cls=DjangoJSONEncoder)
                yield f"id: {event.pk}\ndata: {data}\n\n"
            try:
                async with asyncio.timeout(settings.TRACKING_HEARTBEAT_S):
                    await bell.wait()
            except TimeoutError:
                # Keeps proxies from ending a silent stream, and finds a client that is gone.
                yield ": still here\n\n"


@sync_to_async
def events_after(number, last):
    """Query, then hand the connection back: else the stream would hold it to its end."""
    try:
        return [*Event.objects.filter(parcel__number=number, pk__gt=last).order_by("pk")]
    finally:
        connection.close()


# --8<-- [end:messages]


# --8<-- [start:bells]
class Bells:
    """A bell for each open stream, and one task for the process that rings them."""

    def __init__(self):
        self._bells = defaultdict(set)
        self._listener = None

    @contextmanager
    def hung(self, number):
        """Give a bell that rings for this parcel; it is taken down when the client leaves."""
        bell = asyncio.Event()
        self._bells[number].add(bell)
        if self._listener is None or self._listener.done():
            # A context of its own: it shares nothing with the request that came first.
            self._listener = asyncio.create_task(listen(self), context=Context())
        try:
            yield bell
        finally:
            self._bells[number].remove(bell)
            if not self._bells[number]:
                del self._bells[number]
            if not self._bells:
                self._listener.cancel()
                self._listener = None

    def numbers(self):
        return [*self._bells]

    def ring(self, numbers):
        for number in numbers:
            for bell in self._bells.get(number, ()):
                bell.set()


bells = Bells()
# --8<-- [end:bells]
