"""What the bridge between sync and async code refuses, and what it cannot see."""

import asyncio
import gc
import runpy
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import DatabaseError, connections

SNIPPET = Path(__file__).parents[2] / "snippets" / "traps" / "bridge.py"


@pytest.fixture
def bridge(desk_in_process):  # noqa: ARG001 - it sets up
    """Return what the snippet defines."""
    return SimpleNamespace(**runpy.run_path(str(SNIPPET)))


def run(coroutine):
    """Return what a coroutine returns where sync code has a thread of its own, as under ASGI."""

    async def as_in_a_request():
        async with ThreadSensitiveContext():
            try:
                return await coroutine
            finally:
                await sync_to_async(connections.close_all)()
                for of_the_loop in connections.all(initialized_only=True):
                    if of_the_loop.connection:  # a refused cursor leaves it open
                        of_the_loop.connection.close()

    return asyncio.run(as_in_a_request())


@pytest.mark.evidence("bridge-errors")
@pytest.mark.runs("traps/bridge.py")
def test_async_to_sync_refuses_a_thread_with_a_running_loop(bridge):
    parcel = bridge.Parcel(carrier="postal", weight_g=1000)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        with pytest.raises(RuntimeError, match="You cannot use AsyncToSync in the same thread as"):
            run(bridge.price(parcel))
        gc.collect()

    in_a_thread, awaited = run(bridge.price_in_a_thread(parcel)), run(bridge.price_awaited(parcel))
    assert in_a_thread == awaited
    assert awaited.carrier == "postal"


@pytest.mark.evidence("bridge-errors")
def test_sync_to_async_refuses_an_async_function(bridge):
    with pytest.raises(TypeError, match="sync_to_async can only be applied to sync functions"):
        bridge.wrapped_twice()


@pytest.mark.evidence("bridge-errors")
def test_the_connection_of_the_loop_is_refused_in_the_thread(bridge):
    match = "objects created in a thread can only be used in that same thread"
    with pytest.raises(DatabaseError, match=match):
        run(bridge.count())

    assert run(bridge.count_in_the_thread()) == 500


@pytest.mark.evidence("not-awaited")
def test_a_coroutine_that_is_not_awaited_has_no_fields_and_is_true(bridge):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(AttributeError, match="'coroutine' object has no attribute 'number'"):
            run(bridge.number())
        assert run(bridge.is_known("no such number")) is True
        gc.collect()

    assert sorted(str(warning.message) for warning in warned) == [
        "coroutine 'QuerySet.aexists' was never awaited",
        "coroutine 'QuerySet.afirst' was never awaited",
    ]
    assert run(bridge.is_known_awaited("no such number")) is False
