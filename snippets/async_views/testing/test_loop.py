"""A view that must not block, and must not hop more than it has to."""

import asyncio
from unittest import mock

from asgiref.sync import SyncToAsync
from async_views.page import overview, overview_awaited
from django.core.management import call_command
from django.test import AsyncRequestFactory, SimpleTestCase, TestCase
from rates.views import one_carrier_async, one_carrier_blocking


# --8<-- [start:does-not-block]
async def beats_during(awaitable):
    """Return how often the event loop came to something else meanwhile."""
    beats = 0

    async def beat():
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0.001)

    heart = asyncio.create_task(beat())
    await asyncio.sleep(0)
    before = beats
    await awaitable
    heart.cancel()
    return beats - before


class Blocking(SimpleTestCase):
    """The carriers of the sandbox take 100 ms."""

    async def test_the_loop_goes_on_while_the_view_waits(self):
        view = one_carrier_async(AsyncRequestFactory().get("/"))

        self.assertGreater(await beats_during(view), 1)

    async def test_the_view_that_blocks_is_found(self):
        view = one_carrier_blocking(AsyncRequestFactory().get("/"))

        self.assertEqual(await beats_during(view), 0)


# --8<-- [end:does-not-block]


# --8<-- [start:few-hops]
async def hops_of(awaitable):
    """Return how often it went into a thread and came back."""
    hops, hop = [], SyncToAsync.__call__

    async def counted(self, *args, **kwargs):
        hops.append(self.func)
        return await hop(self, *args, **kwargs)

    with mock.patch.object(SyncToAsync, "__call__", counted):
        await awaitable
    return len(hops)


class Hops(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("load_desk", verbosity=0)

    async def test_the_page_is_one_trip_to_the_thread(self):
        request = AsyncRequestFactory().get("/")

        self.assertEqual(await hops_of(overview(request)), 1)
        self.assertEqual(await hops_of(overview_awaited(request)), 4)


# --8<-- [end:few-hops]
