"""What an async test rolls back, and how it counts queries."""

import asyncio

from asgiref.sync import async_to_sync
from async_views.page import overview
from async_views.write import announced, mark_picked_up
from django.core.exceptions import SynchronousOnlyOperation
from django.core.management import call_command
from django.test import AsyncRequestFactory, TestCase, TransactionTestCase
from fan_out.views import closing_connections
from parcels.models import Depot


def depots():
    return Depot.objects.count()


# --8<-- [start:rolled-back]
class InTheTransaction(TestCase):
    @classmethod
    def setUpTestData(cls):
        Depot.objects.create(name="Hamburg 1", city="Hamburg")

    async def test_a_methods_see_the_data_of_the_test(self):
        await Depot.objects.acreate(name="Kiel 1", city="Kiel")

        self.assertEqual(await Depot.objects.acount(), 2)  # and both are rolled back


# --8<-- [end:rolled-back]


# --8<-- [start:committed]
class WithOtherThreads(TransactionTestCase):
    """For code with `to_thread`, a pool, or `thread_sensitive=False`: rows are committed."""

    def setUp(self):
        Depot.objects.create(name="Hamburg 1", city="Hamburg")

    async def test_another_thread_sees_what_is_committed(self):
        count = closing_connections(depots)  # else the test database cannot be dropped

        self.assertEqual(await asyncio.to_thread(count), 1)


# --8<-- [end:committed]


# --8<-- [start:count-queries]
class Queries(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("load_desk", verbosity=0)

    def test_the_page_asks_five_queries(self):
        # A sync test: queries run in its thread, and that is where they are counted.
        with self.assertNumQueries(5):
            async_to_sync(overview)(AsyncRequestFactory().get("/"))

    def test_what_waits_for_the_commit_runs(self):
        with self.captureOnCommitCallbacks(execute=True):
            event = async_to_sync(mark_picked_up)("DX00000005")

        self.assertEqual(announced.pop(), event)


# --8<-- [end:count-queries]


# --8<-- [start:wrong-thread]
class InTheWrongThread(TestCase):
    """An async test runs in another thread than its queries. Both of these look there."""

    @classmethod
    def setUpTestData(cls):
        call_command("load_desk", verbosity=0)

    async def test_an_async_test_cannot_count_queries(self):
        with self.assertRaises(SynchronousOnlyOperation), self.assertNumQueries(5):
            await overview(AsyncRequestFactory().get("/"))

    async def test_an_async_test_catches_no_callback(self):
        with self.captureOnCommitCallbacks(execute=True) as callbacks:
            await mark_picked_up("DX00000005")

        self.assertEqual((callbacks, announced), ([], []))  # and nobody says so


# --8<-- [end:wrong-thread]
