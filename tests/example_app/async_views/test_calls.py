"""Calls to others: how many at once, how often, and what becomes of them."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, AsyncRequestFactory
from django.urls import path
from rates.prices import price

from ..rates.conftest import stub as stub  # noqa: PLC0414, TID252 - the same carriers

CALLS = "async_views/calls.py"


@pytest.mark.runs(CALLS)
def test_no_more_calls_are_in_progress_than_the_other_side_bears(load, stub, settings):
    settings.ROOT_URLCONF = (path("", load("calls.py")["five_limited"]),)

    async def three_pages():
        client = AsyncClient()
        return await asyncio.gather(*(client.get("/") for _ in range(3)))

    answers = [answer.json() for answer in asyncio.run(three_pages())]

    assert [len(answer) for answer in answers] == [5, 5, 5]
    assert len(stub.questions) == 15
    assert stub.most_in_progress <= 3


@pytest.mark.runs(CALLS)
def test_a_semaphore_of_another_loop_cannot_be_waited_for(load, stub, settings):
    """So it is of no use under WSGI, where each request has a loop of its own."""
    settings.CARRIERS_URL = stub.url
    view = load("calls.py")["five_limited"]
    asyncio.run(view(AsyncRequestFactory().get("/")))

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(view(AsyncRequestFactory().get("/")))

    assert "is bound to a different event loop" in str(caught.value.exceptions[0])


@pytest.fixture
def twice(load):
    calls = load("calls.py")

    async def asked(**options):
        answer = await calls["asked_twice_at_most"]("swift", weight_g=1000, country="DE", **options)
        return answer.status_code

    return async_to_sync(asked)


@pytest.mark.runs(CALLS)
def test_what_is_gone_in_a_moment_is_asked_for_again_and_once_only(twice, stub):
    assert twice() == 200
    assert len(stub.questions) == 1

    stub.answers = {"swift": (503, "{}")}
    assert twice(deadline_s=10) == 503
    assert len(stub.questions) == 3

    stub.answers = {"swift": (404, "{}")}
    assert twice() == 404
    assert len(stub.questions) == 4


@pytest.mark.runs(CALLS)
def test_both_tries_share_the_deadline(twice, stub):
    stub.silent = {"swift"}

    with pytest.raises(TimeoutError):
        twice(deadline_s=0.2)

    assert len(stub.questions) == 1


@pytest.mark.runs(CALLS)
def test_a_view_that_is_canceled_cleans_up_and_lets_it_pass(load, stub):
    stub.silent = {"postal"}
    calls = load("calls.py")

    async def leave():
        view = asyncio.create_task(calls["quote_with_booking"](AsyncRequestFactory().get("/")))
        while not stub.questions:  # noqa: ASYNC110 - another thread fills it
            await asyncio.sleep(0.01)
        assert calls["booked"] == ["postal"]
        view.cancel()
        with pytest.raises(asyncio.CancelledError):
            await view

    asyncio.run(leave())

    assert (calls["booked"], calls["canceled"]) == ([], ["postal"])


@pytest.mark.runs(CALLS)
def test_a_view_that_is_not_canceled_keeps_its_booking(load):
    calls = load("calls.py")

    answer = asyncio.run(calls["quote_with_booking"](AsyncRequestFactory().get("/")))

    assert str(price("postal", 1000, "DE").price_cents) in answer.content.decode()
    assert calls["booked"] == ["postal"]
