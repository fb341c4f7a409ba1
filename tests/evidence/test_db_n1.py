"""A list that asks for each row's relations, and one that loads them ahead."""

from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def parcels(desk_url, django_in_process, monkeypatch):  # noqa: ARG001 - it sets up
    """Give the parcels of a database that holds 500 of them."""
    connection.close()
    monkeypatch.setitem(connections.settings["default"], "NAME", urlsplit(desk_url).path)
    yield apps.get_model("parcels", "Parcel").objects
    connection.close()


def queries_of(listed, events):
    """Return how many queries it takes to show what the desk shows of each parcel."""
    with CaptureQueriesContext(connection) as queries:
        for parcel in listed:
            assert parcel.customer.name
            assert parcel.depot.name
            assert [event.note for event in events(parcel)]
    return len(queries)


@pytest.mark.evidence("db-n1")
def test_relations_that_are_not_loaded_cost_queries_for_each_row(parcels, record):
    newest = parcels.order_by("-created")

    counted = {
        rows: queries_of(newest[:rows], lambda parcel: parcel.events.all()) for rows in (1, 20, 100)
    }

    assert counted == {1: 1 + 3, 20: 1 + 3 * 20, 100: 1 + 3 * 100}
    record(rows=20, queries=counted[20])


@pytest.mark.evidence("db-n1")
def test_loaded_ahead_they_cost_as_many_queries_for_any_number_of_rows(parcels, record):
    newest = parcels.for_desk().order_by("-created")

    counted = [
        queries_of(newest[:rows], lambda parcel: parcel.latest_events) for rows in (1, 20, 100)
    ]

    assert counted == [2, 2, 2]
    record(ahead=2)
