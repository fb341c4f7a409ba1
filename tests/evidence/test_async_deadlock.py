"""Who waits for a coroutine in the thread that the coroutine needs."""

import asyncio

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpResponse
from django.urls import path


@pytest.mark.evidence("async-deadlock")
def test_the_thread_of_a_request_that_waits_for_its_own_work_waits_in_vain(ask_in_process):
    order = []

    async def needs_the_thread():
        await sync_to_async(order.append)("done")

    def waits_for_a_future(loop):
        future = asyncio.run_coroutine_threadsafe(needs_the_thread(), loop)
        with pytest.raises(TimeoutError):  # without a time-out it would wait for ever
            future.result(timeout=0.5)
        order.append("given up")

    async def view(_request):
        await sync_to_async(waits_for_a_future)(asyncio.get_running_loop())
        order.append("left")
        await sync_to_async(order.append)("after it")
        await sync_to_async(async_to_sync(needs_the_thread))()
        return HttpResponse()

    ask_in_process("/", ROOT_URLCONF=(path("", view),))

    # Only when the thread had given up was it free to do what it had waited for.
    assert order.index("given up") < order.index("done")
    assert order[-1] == "done", "async_to_sync lends the thread that waits"
    assert order.count("done") == 2
