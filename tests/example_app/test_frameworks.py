"""What the table of frameworks compares answers with the same bytes, and the same work."""

from pathlib import Path

import httpx
import pytest
from django.conf import settings as desk_settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from crossroads.services.server import start_server

ROOT = Path(__file__).parents[2]
PARCEL = "/api/parcels/DX00000042/customer/"
UNKNOWN = "/api/parcels/DX99999999/customer/"
TOKEN = {"Authorization": f"Bearer {desk_settings.DESK_TOKEN}"}
WRONG = [{}, {"Authorization": "Bearer another"}, {"Authorization": "Basic only-for-tests"}]

pytestmark = pytest.mark.usefixtures("desk")


def _forms(path):
    """Return the addresses of Django's views: sync, async, and without the ORM."""
    return [path, f"{path}async/", f"{path}raw/"]


@pytest.fixture
def ninja():
    """Serve the addresses that Django Ninja has in their stead."""
    with override_settings(ROOT_URLCONF="ninja_service.urls"):
        yield


@pytest.mark.parametrize("path", _forms(PARCEL))
def test_a_parcel_is_found_with_its_customer_in_one_query(path, get):
    with CaptureQueriesContext(connection) as queries:
        found = get(path, **TOKEN).json()

    assert len(queries) == 1
    assert found["number"] == "DX00000042"
    assert found["customer"].keys() == {"name", "city", "country"}


def test_every_form_of_the_view_gives_the_same_bytes(get):
    sync, concurrent, raw = (get(path, **TOKEN).content for path in _forms(PARCEL))

    assert sync == concurrent == raw


@pytest.mark.parametrize("path", _forms(PARCEL))
def test_a_customer_is_told_only_to_who_has_the_token(path, get):
    assert [get(path, **headers).status_code for headers in WRONG] == [401, 401, 401]


@pytest.mark.parametrize("path", _forms(UNKNOWN))
def test_a_parcel_that_is_not_there_has_no_customer(path, get):
    assert get(path, **TOKEN).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/health/async/", "/routes/plan/async/", "/routes/plan/async/?stops=9", PARCEL + "async/"],
)
def test_django_ninja_gives_the_bytes_of_the_desk(path, get):
    mine = get(path, **TOKEN)
    with override_settings(ROOT_URLCONF="ninja_service.urls"):
        theirs = get(path, **TOKEN)
        is_ninjas = theirs.resolver_match.namespaces == ["api-1.0.0"]

    assert is_ninjas
    assert theirs.status_code == 200
    assert theirs.content == mine.content


@pytest.mark.usefixtures("ninja")
def test_django_ninja_asks_one_query_too(get):
    with CaptureQueriesContext(connection) as queries:
        get(f"{PARCEL}async/", **TOKEN)
    assert len(queries) == 1


@pytest.mark.usefixtures("ninja")
def test_django_ninja_tells_only_who_has_the_token_and_knows_what_is_not_there(get):
    path = f"{PARCEL}async/"
    assert [get(path, **headers).status_code for headers in WRONG] == [401, 401, 401]
    assert get(f"{UNKNOWN}async/", **TOKEN).status_code == 404


@pytest.fixture
def fastapi(postgresql_desk):
    """Give a function that asks FastAPI, on the server of the measurements, for an address."""
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**postgresql_desk)
    with start_server(
        ROOT / "snippets/servers/uvicorn.sh",
        app="fastapi_service.app:app",
        cwd=ROOT / "example_app",
        env={
            "DATABASE_URL": url,
            "DESK_TOKEN": desk_settings.DESK_TOKEN,
            "PYTHONPATH": f"{ROOT / 'example_app'}:{ROOT / 'snippets'}",
        },
    ) as server:
        yield lambda path, **headers: httpx.get(f"{server.url}{path}", headers=headers)


def test_fastapi_gives_the_bytes_of_the_desk_to_who_has_the_token(fastapi, get):
    for path in (PARCEL, f"{PARCEL}async/"):
        mine, theirs = get(path, **TOKEN), fastapi(path, **TOKEN)
        assert theirs.status_code == 200
        assert theirs.content == mine.content
        assert theirs.headers["Content-Type"] == mine.headers["Content-Type"]
        assert [fastapi(path, **headers).status_code for headers in WRONG] == [401, 401, 401]
    for path in (UNKNOWN, f"{UNKNOWN}async/"):
        assert fastapi(path, **TOKEN).status_code == 404
