"""What a value that is set on one side of the bridge is on the other."""

import asyncio
import threading
from contextvars import ContextVar

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpResponse
from django.urls import path


@pytest.mark.evidence("contextvars")
def test_a_context_variable_crosses_the_bridge_both_ways_and_a_thread_local_does_not(
    ask_in_process, record
):
    trace, local, seen, threads = ContextVar("trace"), threading.local(), {}, {}

    def look(where):
        seen[where] = trace.get(), getattr(local, "value", "nothing")
        threads[where] = threading.get_ident()

    async def view(_request):
        trace.set("view")
        local.value = "view"
        await sync_to_async(sync_code)()
        look("view again")
        return HttpResponse()

    def sync_code():
        look("sync code")
        trace.set("sync code")
        local.value = "sync code"
        async_to_sync(async_code)()
        look("sync code again")

    async def async_code():
        look("async code")
        trace.set("async code")
        await asyncio.sleep(0)

    ask_in_process("/", ROOT_URLCONF=(path("", view),))

    # First what came of the context variable, then what came of the thread's own.
    assert seen == {
        "sync code": ("view", "nothing"),
        "async code": ("sync code", "view"),
        "sync code again": ("async code", "sync code"),
        "view again": ("async code", "view"),
    }
    assert threads["view again"] == threads["async code"]  # the loop's
    assert threads["sync code"] == threads["sync code again"] != threads["view again"]
    record(crossings=len(seen))
