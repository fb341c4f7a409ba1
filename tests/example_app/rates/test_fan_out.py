"""The recipes that ask all carriers at once, with a time-out for all of them together."""

import runpy
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest
from django.db import connection, connections
from django.urls import path
from parcels.models import Parcel
from rates import views
from rates.prices import CARRIERS, price

RECIPE = Path(__file__).parents[3] / "snippets" / "fan_out" / "views.py"

pytestmark = pytest.mark.runs("fan_out/views.py")


@pytest.fixture(params=["five_in_time", "five_in_time_with_threads"])
def ask(request, get, settings, stub):  # noqa: ARG001 - its pool must be there before the recipe
    """Return a function that asks a view of the recipe, whose time-out it may set."""
    recipe = runpy.run_path(str(RECIPE))
    view = recipe[request.param]
    settings.ROOT_URLCONF = (path("", view),)

    def ask(query="", group_s=10):
        view.__globals__["GROUP_S"] = group_s
        return get(f"/{query}")

    return ask


def test_all_carriers_that_answer_in_time_are_shown(ask, stub):
    stub.meeting = threading.Barrier(len(CARRIERS), timeout=10)

    answer = ask("?weight_g=2500&country=FR").json()

    assert answer["quotes"] == [asdict(price(carrier, 2500, "FR")) for carrier in CARRIERS]
    assert answer["missing"] == []
    assert stub.most_in_progress == len(CARRIERS)


def test_the_page_waits_for_no_carrier_longer_than_for_the_group(ask, stub, settings, caplog):
    settings.CARRIER_TIMEOUT_S = 4
    stub.silent = {"swift", "overnight"}

    answer = ask(group_s=1).json()

    assert answer["missing"] == ["swift", "overnight"]
    assert len(answer["quotes"]) == 3
    assert caplog.text == ""  # the calls' own time-outs have ended none of them yet


def test_a_carrier_that_fails_takes_none_of_the_others_away(ask, stub):
    stub.answers = {"greenvan": (500, "{}")}

    assert ask().json()["missing"] == ["greenvan"]


def test_a_question_that_makes_no_sense_asks_nobody(ask, stub):
    assert ask("?weight_g=heavy").status_code == 400
    assert stub.questions == []


def test_the_calls_that_came_too_late_are_cancelled(get, stub, settings):
    """In the async view; a thread cannot be taken back."""
    recipe = runpy.run_path(str(RECIPE))
    recipe["five_in_time"].__globals__["GROUP_S"] = 1
    settings.ROOT_URLCONF = (path("", recipe["five_in_time"]),)
    settings.CARRIER_TIMEOUT_S = 60
    stub.silent = {"swift"}
    ended = []

    async def aget_quote(carrier, **parcel):
        try:
            return await views.aget_quote(carrier, **parcel)
        finally:
            ended.append(carrier)

    recipe["five_in_time"].__globals__["aget_quote"] = aget_quote
    get("/")

    assert sorted(ended) == sorted(CARRIERS)


@pytest.mark.usefixtures("desk")
def test_threads_that_ask_the_database_leave_no_connection_open():
    opened = []
    together = threading.Barrier(5, timeout=10)

    def count(status):
        found = Parcel.objects.filter(status=status).count()
        opened.append(connections["default"].connection)
        together.wait()
        return found

    with ThreadPoolExecutor(5) as pool:
        counts = pool.map(runpy.run_path(str(RECIPE))["closing_connections"](count), STATUSES)

        assert sum(counts) == 500
        assert len(set(map(id, opened))) == 5
        assert [*pool.map(lambda _: connections["default"].connection, range(5))] == [None] * 5
    assert connection.connection is not None  # that of the request stays


STATUSES = ["announced", "picked up", "at depot", "on the way", "delivered"]
