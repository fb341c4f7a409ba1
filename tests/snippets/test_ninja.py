"""The API in the style of FastAPI is a part of the desk: its token, its queries, its server."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from crossroads.services.server import Server, start_server

ROOT = Path(__file__).parents[2]
APP, NINJA = ROOT / "example_app", ROOT / "snippets" / "ninja"
API, URLS, OWN_SETTINGS = (NINJA / f"{n}.py" for n in ("parcel_api", "desk_urls", "desk_settings"))
TOKEN = {"Authorization": "Bearer only-for-this-test"}
SETTINGS = {
    "DESK_TOKEN": "only-for-this-test",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "DJANGO_SETTINGS_MODULE": "desk_settings",
    "PYTHONPATH": f"{NINJA}:{APP}",
} | dict.fromkeys(("DATABASE_POOL", "DJANGO_DEBUG", "REDIS_URL"), "")

# Its first words are files of the project, which it imports.
SET_UP = """
import importlib, json, sys
from pathlib import Path
import django
django.setup()
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
for file in sys.argv[1:]:
    importlib.import_module(Path(file).stem)
client = Client(headers={"host": "127.0.0.1"})
"""


def run(code: str, url: str) -> list[str]:
    """Return the lines that code of the project's prints."""
    command = [sys.executable, "-c", SET_UP + code, API, URLS, OWN_SETTINGS]
    environment = os.environ | SETTINGS | {"DATABASE_URL": url}
    done = subprocess.run(
        command, env=environment, cwd=APP, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a database that holds the desk."""
    url = f"sqlite:///{tmp_path_factory.mktemp('ninja') / 'desk.sqlite3'}"
    run("call_command('migrate', verbosity=0); call_command('load_desk', verbosity=0)", url)
    return url


@pytest.fixture(scope="module", params=["gunicorn-gthread", "uvicorn"])
def server(request: pytest.FixtureRequest, desk: str) -> Iterator[Server]:
    script = ROOT / "snippets" / "servers" / f"{request.param}.sh"
    with start_server(script, cwd=APP, env=SETTINGS | {"DATABASE_URL": desk}) as server:
        yield server


def get(server: Server, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.url}/api/v1{path}", headers=headers or TOKEN)


@pytest.mark.parametrize("path", ["/parcels", "/parcels/DX00000042"])
def test_without_the_desks_token_nothing_is_told(server: Server, path: str) -> None:
    assert get(server, path).status_code == HTTPStatus.OK
    for wrong in ({"X-Nothing": ""}, {"Authorization": "Bearer another"}):
        assert get(server, path, **wrong).status_code == HTTPStatus.UNAUTHORIZED


def test_it_gives_what_the_desks_own_views_give(server: Server) -> None:
    mine = get(server, "/parcels/DX00000042").json()
    theirs = httpx.get(f"{server.url}/api/parcels/DX00000042/", headers=TOKEN).json()

    assert mine["number"] == theirs["number"] == "DX00000042"
    assert mine["status"] == theirs["status"]
    assert mine["customer"]["name"] == theirs["customer"]["name"]
    assert [e["note"] for e in mine["latest_events"]] == [e["note"] for e in theirs["events"]]
    assert "email" not in mine["customer"]  # what the schema does not name stays inside


def test_a_page_has_twenty_parcels_and_at_most_a_hundred(server: Server) -> None:
    page, most = get(server, "/parcels").json(), get(server, "/parcels?limit=100").json()

    assert [len(page["items"]), page["count"]] == [20, 500]
    assert page["items"][0]["number"] == "DX00000499"
    assert len(most["items"]) == 100
    assert get(server, "/parcels?limit=101").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_what_the_types_do_not_allow_is_refused_before_the_view(server: Server) -> None:
    delivered = get(server, "/parcels?status=delivered&limit=100").json()["items"]
    refused = get(server, "/parcels?status=lost")

    assert {parcel["status"] for parcel in delivered} == {"delivered"}
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert refused.json()["detail"][0]["loc"] == ["query", "status"]


def test_a_parcel_that_is_not_there_is_not_found(server: Server) -> None:
    assert get(server, "/parcels/DX99999999").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_only_staff_see_the_documentation(server: Server, path: str) -> None:
    answer = get(server, path)

    assert answer.status_code == HTTPStatus.FOUND
    assert answer.headers["location"].startswith("/admin/login/")


COUNT = """
for limit in (1, 20, 100):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"/api/v1/parcels?limit={limit}", headers=json.loads('HEADERS'))
    print(len(answer.json()["items"]), len(queries))
"""


@pytest.mark.runs("ninja/parcel_api.py")
@pytest.mark.runs("ninja/desk_urls.py")
@pytest.mark.runs("ninja/desk_settings.py")
def test_a_page_takes_three_queries_however_long_it_is(desk: str) -> None:
    headers = '{"Authorization": "Bearer only-for-this-test", "Host": "127.0.0.1"}'

    assert run(COUNT.replace("HEADERS", headers), desk) == ["1 3", "20 3", "100 3"]


DOCS = """
client.force_login(User.objects.create(username="chief", is_staff=True))
page = client.get("/api/v1/docs").content.decode()
print(json.dumps(page))
found = [bool(finders.find(f"ninja/{name}")) for name in ("swagger-ui.css", "swagger-ui-bundle.js")]
print(json.dumps(found))
print(*client.get("/api/v1/openapi.json").json()["paths"])
"""


def test_the_page_for_staff_asks_no_other_host(desk: str) -> None:
    page, found, paths = run(DOCS, desk)

    links = re.findall(r'(?:src|href)=\\"([^"\\]+)', page)
    assert len(links) > 2
    assert [link for link in links if not link.startswith("/static/")] == []
    assert found == "[true, true]"
    assert paths == "/api/v1/parcels /api/v1/parcels/{number}"
