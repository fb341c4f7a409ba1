from datetime import timedelta

import pytest
from django.conf import settings as desk_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from parcels.models import Parcel

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def rush(get):
    """Return what the report answers, and how many queries it needed."""
    with CaptureQueriesContext(connection) as queries:
        answer = get("/api/parcels/rush/", Authorization=f"Bearer {desk_settings.DESK_TOKEN}")
    assert len(queries) == 1
    return answer.json()


def test_the_report_has_the_days_on_which_a_depot_had_most_to_do(rush):
    parcels = [*Parcel.objects.order_by("pk").values_list("pk", "depot__name", "created")]

    def of_the_day(depot, begin):
        day = timedelta(hours=24)
        return sum(depot == other and begin <= at <= begin + day for _, other, at in parcels)

    counted = [(-of_the_day(depot, at), at, pk, depot) for pk, depot, at in parcels]
    days = [(name, -count) for count, _, _, name in sorted(counted)[:10]]
    assert [(day["depot__name"], day["parcels"]) for day in rush] == days


def test_the_report_needs_the_token(get):
    assert get("/api/parcels/rush/").status_code == 401
