import pytest
from django.conf import settings as desk_settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from parcels.models import Parcel

pytestmark = pytest.mark.usefixtures("desk")
PAGES = ["/api/parcels/", "/api/parcels/search/?q=haas", "/api/parcels/DX00000042/"]


def _async(page):
    path, mark, query = page.partition("?")
    return f"{path}async/{mark}{query}"


@pytest.fixture
def get(get):
    token = f"Bearer {desk_settings.DESK_TOKEN}"
    return lambda page: get(page, Authorization=token)


@pytest.fixture(params=["/api/parcels/", "/api/parcels/async/"])
def newest(request, get):
    return get(request.param).json()


def test_the_list_has_the_twenty_newest(newest):
    assert [parcel["number"] for parcel in newest] == [f"DX{i:08}" for i in range(499, 479, -1)]


def test_each_parcel_comes_with_customer_depot_and_events(newest):
    for parcel in newest:
        known = Parcel.objects.for_desk().get(number=parcel["number"])
        assert parcel["customer"]["name"] == known.customer.name
        assert parcel["depot"] == {"name": known.depot.name, "city": known.depot.city}
        assert [event["note"] for event in parcel["events"]] == [
            event.note for event in known.latest_events
        ]


@pytest.mark.parametrize("page", PAGES)
def test_both_forms_of_a_view_give_the_same_bytes(get, page):
    sync, concurrent = get(page), get(_async(page))
    assert sync.status_code == 200
    assert sync.content == concurrent.content


@pytest.mark.parametrize("page", ["/api/parcels/kept/", "/api/parcels/kept/async/"])
def test_a_kept_list_is_the_same_and_asks_the_database_once(get, page):
    cache.clear()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            answer = get(page)
        counts.append(len(queries))
    cache.clear()

    assert answer.content == get("/api/parcels/").content
    assert counts == [2, 0]


@pytest.mark.parametrize("page", [*PAGES, *map(_async, PAGES)])
def test_a_page_needs_two_queries(get, page):
    with CaptureQueriesContext(connection) as queries:
        get(page)
    assert len(queries) == 2


@pytest.mark.parametrize(
    "page", ["/api/parcels/search/?q=haas", "/api/parcels/search/async/?q=haas"]
)
def test_a_search_gives_what_was_looked_for(get, page):
    found = get(page).json()
    assert found
    assert all("Haas" in parcel["customer"]["name"] for parcel in found)


@pytest.mark.parametrize("page", ["/api/parcels/DX99999999/", "/api/parcels/DX99999999/async/"])
def test_a_parcel_that_is_not_there_is_not_found(get, page):
    assert get(page).status_code == 404
