import asyncio

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from parcels.models import Event, Parcel

pytestmark = pytest.mark.usefixtures("desk")


def test_the_newest_parcels_come_first():
    created = [parcel.created for parcel in Parcel.objects.newest()]
    assert len(created) == 20
    assert created == sorted(created, reverse=True)
    assert created[0] == max(Parcel.objects.values_list("created", flat=True))


@pytest.mark.parametrize("count", [1, 20, 100])
def test_two_queries_are_enough_however_many_parcels_there_are(count):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for parcel in Parcel.objects.newest(count):
            assert all((parcel.customer.name, parcel.depot.name, parcel.latest_events))
    assert len(queries) == 2


def test_without_loading_ahead_twenty_parcels_need_sixty_one_queries():
    """The docstring of `for_desk` says so."""
    with CaptureQueriesContext(connection) as queries:
        for parcel in Parcel.objects.order_by("-created")[:20]:
            assert all((parcel.customer.name, parcel.depot.name, [*parcel.events.all()]))
    assert len(queries) == 61


def test_a_related_object_that_is_not_loaded_fails_in_async_code():
    parcel = Parcel.objects.first()

    async def look():
        return parcel.customer.name

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(look())


def test_each_parcel_has_its_three_latest_events_latest_first():
    for parcel in Parcel.objects.newest(50):
        assert parcel.latest_events == [*parcel.events.order_by("-at")[:3]]


@pytest.mark.parametrize("words", ["DX0000004", "dx0000004"])
def test_a_number_is_found_by_its_beginning(words):
    assert {parcel.number[:9] for parcel in Parcel.objects.search(words)} == {"DX0000004"}
    assert len(Parcel.objects.search(words)) == 10


def test_a_customer_is_found_by_any_part_of_the_name():
    found = Parcel.objects.search("haas")
    assert found
    assert all("Haas" in parcel.customer.name for parcel in found)


def test_a_search_ends_after_twenty():
    assert len(Parcel.objects.search("DX")) == 20


def test_an_event_that_is_reported_twice_is_refused():
    event = Event.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(parcel=event.parcel, at=event.at, place="Elsewhere", note="Again")


def _plan(queryset):
    """Return how the database would run the query, with its taste for small tables put off."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return queryset.explain()


def test_the_list_reads_the_index_of_the_newest():
    assert "parcel_newest" in _plan(Parcel.objects.newest())


def test_the_latest_events_of_a_parcel_are_found_by_an_index():
    assert "event_once" in _plan(Event.objects.filter(parcel=1).order_by("-at")[:3]) or (
        "sqlite_autoindex_parcels_event" in _plan(Event.objects.filter(parcel=1))
    )


def test_things_are_called_by_what_people_know_them_by():
    parcel = Parcel.objects.for_desk().get(number="DX00000007")
    assert str(parcel) == "DX00000007"
    assert str(parcel.customer) == parcel.customer.name
    assert str(parcel.depot) == parcel.depot.name
    assert str(parcel.latest_events[-1]) == f"{parcel.pk}: {parcel.latest_events[-1].note}"
