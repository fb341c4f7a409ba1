from io import StringIO

import pytest
from django.core.management import call_command
from django.core.serializers import serialize
from django.db import connection
from django.test.utils import CaptureQueriesContext
from parcels.management.commands.load_desk import NOTES
from parcels.models import Customer, Depot, Event, Parcel

pytestmark = pytest.mark.usefixtures("desk")
MODELS = (Depot, Customer, Parcel, Event)


def _load(parcels):
    call_command("load_desk", parcels=parcels, stdout=StringIO())


def _rows():
    return serialize("json", [row for model in MODELS for row in model.objects.order_by("pk")])


def _facts():
    """Return what the desk says, without the primary keys."""
    parcels = Parcel.objects.order_by("number").values_list(
        "number", "customer__email", "depot__name", "carrier", "weight_g", "status", "created"
    )
    events = Event.objects.order_by("parcel__number", "at").values_list(
        "parcel__number", "at", "place", "note"
    )
    return [*parcels], [*events]


def test_loading_twice_changes_nothing():
    before = _rows()
    _load(500)
    assert _rows() == before


def test_the_data_is_always_the_same():
    before = _facts()
    for model in reversed(MODELS):
        model.objects.all().delete()
    _load(500)
    assert _facts() == before


def test_more_parcels_leave_the_earlier_ones_as_they_are():
    before, _ = _facts()
    _load(520)
    after, _ = _facts()
    assert (after[:500], len(after)) == (before, 520)


def test_what_a_clerk_changed_stays():
    Parcel.objects.filter(number="DX00000001").update(weight_g=77)
    _load(500)
    assert Parcel.objects.get(number="DX00000001").weight_g == 77


def test_five_hundred_parcels_take_few_queries():
    for model in reversed(MODELS):
        model.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        _load(500)
    written = {sql["sql"].split()[0] for sql in queries}
    assert written <= {"INSERT", "SELECT", "SAVEPOINT", "RELEASE"}
    assert len(queries) < 30


def test_the_events_of_a_parcel_lead_to_its_status():
    for parcel in Parcel.objects.prefetch_related("events"):
        notes = [event.note for event in reversed(parcel.events.all())]
        assert notes == [*NOTES[: Parcel.Status.values.index(parcel.status) + 1]]


def test_the_command_says_what_to_do_next():
    out = StringIO()
    call_command("load_desk", parcels=1, stdout=out)
    assert "createsuperuser" in out.getvalue()
