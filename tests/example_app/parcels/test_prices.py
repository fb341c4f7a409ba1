"""Prices of the desk's parcels: of one as JSON, of the newest as a manifest that streams."""

from dataclasses import asdict

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as desk_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from parcels.models import Parcel
from rates.prices import price

pytestmark = pytest.mark.usefixtures("desk")
PRICES = ["/api/parcels/DX00000042/price/", "/api/parcels/DX00000042/price/async/"]
MANIFESTS = ["/api/parcels/manifest/", "/api/parcels/manifest/async/"]


@pytest.fixture
def get(get):
    token = f"Bearer {desk_settings.DESK_TOKEN}"
    return lambda page: get(page, Authorization=token)


def _quote(parcel):
    return price(parcel.carrier, weight_g=parcel.weight_g, country=parcel.customer.country)


def _text(answer):
    """Return what an answer streams, in the way that it streams."""
    if not answer.is_async:
        return answer.getvalue().decode()

    async def collected():
        return b"".join([part async for part in answer])

    return async_to_sync(collected)().decode()


@pytest.mark.parametrize("page", PRICES)
def test_the_price_of_a_parcel_is_that_of_its_carrier(get, page):
    parcel = Parcel.objects.select_related("customer").get(number="DX00000042")
    assert get(page).json() == {"number": "DX00000042", "price": asdict(_quote(parcel))}


@pytest.mark.parametrize("page", PRICES)
def test_the_price_of_a_carrier_that_cannot_be_reached_is_null(get, page, settings):
    settings.CARRIERS_URL = "http://127.0.0.1:1"
    assert get(page).json() == {"number": "DX00000042", "price": None}


@pytest.mark.parametrize("page", PRICES)
def test_a_price_needs_one_query(get, page):
    with CaptureQueriesContext(connection) as queries:
        get(page)
    assert len(queries) == 1


@pytest.mark.parametrize("page", PRICES)
def test_a_parcel_that_is_not_there_has_no_price(get, page):
    assert get(page.replace("42", "99999")).status_code == 404


@pytest.mark.parametrize("page", MANIFESTS)
def test_the_manifest_has_the_twenty_newest_with_their_prices(get, page):
    head, *lines = _text(get(page)).split("\r\n")
    assert head == "number,carrier,weight_g,price_cents"
    assert lines == [
        f"{parcel.number},{parcel.carrier},{parcel.weight_g},{_quote(parcel).price_cents}"
        for parcel in Parcel.objects.newest()
    ] + [""]


@pytest.mark.parametrize("page", MANIFESTS)
def test_the_manifest_leaves_a_price_out_that_cannot_be_had(get, page, settings):
    settings.CARRIERS_URL = "http://127.0.0.1:1"
    lines = _text(get(page)).splitlines()[1:]
    assert len(lines) == 20
    assert all(line.endswith(",") for line in lines)


@pytest.mark.parametrize("page", MANIFESTS)
def test_the_manifest_needs_two_queries(get, page):
    with CaptureQueriesContext(connection) as queries:
        _text(get(page))
    assert len(queries) == 2
