"""The recipes that count queries, and those that keep the count down."""

import io
import logging
import runpy
import unittest
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import FieldFetchBlocked
from django.db import connection
from django.http import JsonResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from parcels.models import Parcel

RECIPES = Path(__file__).parents[3] / "snippets" / "queries"

pytestmark = pytest.mark.usefixtures("desk")


def load(name):
    return runpy.run_path(str(RECIPES / name))


def one_by_one(_request):
    return JsonResponse(
        {parcel.number: parcel.customer.name for parcel in Parcel.objects.order_by("-created")[:20]}
    )


urlpatterns = [path("one-by-one/", one_by_one)]


@pytest.fixture
def counting(settings):
    """Have each request's queries counted by the recipe's middleware."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.count_queries"]


def count_queries(get_response):
    return load("count_queries.py")["count_queries"](get_response)


@pytest.mark.runs("queries/count_queries.py")
@pytest.mark.usefixtures("counting")
def test_the_log_tells_a_page_that_asks_for_each_row(get, settings, caplog):
    settings.ROOT_URLCONF = __name__
    caplog.set_level(logging.WARNING, "queries")

    get("/one-by-one/")

    total, repeated = (record.getMessage() for record in caplog.records)
    assert total == "/one-by-one/: 21 queries"
    assert repeated.startswith('  20 × SELECT "parcels_customer"."id"')


@pytest.mark.runs("queries/count_queries.py")
@pytest.mark.usefixtures("counting")
def test_the_log_of_a_page_that_loads_ahead_names_no_query(caplog):
    caplog.set_level(logging.WARNING, "queries")
    clerk = Client()
    clerk.force_login(User.objects.create_user("clerk"))

    clerk.get("/desk/")

    assert [record.getMessage() for record in caplog.records] == ["/desk/: 4 queries"]


def outcome_of_the_test():
    """Run it as Django's runner would: on a database without rows."""
    Parcel.objects.all().delete()
    case = load("desk_queries.py")["DeskQueriesTest"]
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    return unittest.TextTestRunner(stream=io.StringIO()).run(tests)


@pytest.mark.runs("queries/desk_queries.py")
def test_the_test_passes_while_the_desk_loads_ahead():
    outcome = outcome_of_the_test()

    assert outcome.testsRun == 1
    assert outcome.wasSuccessful(), outcome.errors + outcome.failures


@pytest.mark.runs("queries/desk_queries.py")
def test_the_test_fails_when_the_loop_is_back(monkeypatch):
    monkeypatch.setattr(type(Parcel.objects.all()), "for_desk", lambda parcels: parcels)

    outcome = outcome_of_the_test()

    assert len(outcome.failures) == 1
    assert "queries executed" in outcome.failures[0][1]


@pytest.mark.runs("queries/peers.py")
def test_peers_are_fetched_together():
    with CaptureQueriesContext(connection) as queries:
        for parcel in load("peers.py")["newest_with_peers"]():
            assert parcel.customer.name
            assert parcel.depot.name

    assert len(queries) == 3


@pytest.mark.runs("queries/peers.py")
def test_what_was_not_loaded_ahead_is_an_error():
    parcel = Parcel.objects.fetch_mode(load("peers.py")["FETCH_RAISE"]).first()
    with pytest.raises(FieldFetchBlocked):
        _ = parcel.customer

    for parcel in load("peers.py")["newest_or_error"]():
        assert parcel.customer.name
        assert parcel.depot.name
