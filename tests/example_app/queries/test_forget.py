"""A kept list, and a change that throws it away."""

import runpy
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import TestCase
from parcels.models import Parcel

FORGET = Path(__file__).parents[3] / "snippets" / "cache" / "forget.py"
KEPT = "/api/parcels/kept/"

pytestmark = [pytest.mark.runs("cache/forget.py"), pytest.mark.usefixtures("desk")]


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shown(get, settings):
    """Give a function that returns the status of a parcel as the kept list shows it."""

    def status(number):
        parcels = get(KEPT, authorization=f"Bearer {settings.DESK_TOKEN}").json()
        return next(parcel["status"] for parcel in parcels if parcel["number"] == number)

    return status


def test_the_kept_list_changes_when_the_change_is_committed(shown):
    parcel = Parcel.objects.newest(1)[0]
    Parcel.objects.update(status=Parcel.Status.ANNOUNCED)
    assert shown(parcel.number) == "announced"

    with TestCase.captureOnCommitCallbacks() as when_committed:
        runpy.run_path(str(FORGET))["deliver"](parcel.number)
    assert shown(parcel.number) == "announced"

    for callback in when_committed:
        callback()
    assert shown(parcel.number) == "delivered"
