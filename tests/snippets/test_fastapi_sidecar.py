"""A service beside Django believes its tokens, and has a database and bounds of its own."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from django.core.signing import TimestampSigner, b62_encode

from crossroads.services.postgres import Postgres, find_programs
from crossroads.services.server import Server, start_server

ROOT = Path(__file__).parents[2]
APP, SNIPPETS = ROOT / "example_app", ROOT / "snippets"
SIDECAR = SNIPPETS / "fastapi_sidecar"
SERVICE, TOKENS, DESK, SCHEMA = (
    SIDECAR / name for name in ("service.py", "tokens.py", "desk.py", "schema.sql")
)
DEADLINE_S = 30
KEY, OLD_KEY = "the-key-that-signs-now-" * 2, "the-key-that-signed-before-" * 2
KEYS = f"{KEY} {OLD_KEY}"
REPORT = {"may": "report", "scanner": "gate-7"}
SCAN = {"number": "DX00000042", "at": "2026-11-02T08:30:00+01:00", "place": "Gate 7"}
DJANGO = {
    "CARRIERS_URL": "",
    "DESK_TOKEN": "only-for-this-test",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "DJANGO_SETTINGS_MODULE": "fastapi_sidecar.settings",
    "PYTHONPATH": f"{SNIPPETS}:{APP}",
    "REDIS_URL": "",
    "SCAN_KEYS": KEYS,
}

serves = pytest.mark.runs("fastapi_sidecar/serve.sh")

type Start = Callable[..., Server]


class Scans:
    """The service's own database."""

    def __init__(self, url: str, watch: psycopg.Connection) -> None:
        self.url = url
        self._watch = watch

    def rows(self) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute("SELECT number, place, scanner FROM scans").fetchall()

    def clear(self) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("TRUNCATE scans")

    def connections(self, where: str = "true") -> int:
        """Return how many there are, or those that fit."""
        # Not autovacuum, which is in any database now and then.
        clients = "datname = %s AND backend_type = 'client backend'"
        counted = f"SELECT count(*) FROM pg_stat_activity WHERE {clients} AND {where}"  # noqa: S608 - ours
        return self._watch.execute(counted, [urlsplit(self.url).path[1:]]).fetchone()[0]

    def wait_for(self, connections: int, where: str = "true") -> None:
        """Return when there are so many: one that is closed is seen for a moment more."""
        deadline = time.monotonic() + DEADLINE_S
        while (now := self.connections(where)) != connections:
            assert time.monotonic() < deadline, f"{now} connections, not {connections}: {where}"
            time.sleep(0.01)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let every statement of the service wait inside."""
        with psycopg.connect(self.url) as locked:
            locked.execute("LOCK TABLE scans IN ACCESS EXCLUSIVE MODE")
            yield


WAITING = "wait_event_type = 'Lock'"


@contextmanager
def new_database(postgres: Postgres, name: str) -> Iterator[tuple[str, psycopg.Connection]]:
    name = f"{name}_{os.getpid()}"
    with psycopg.connect(postgres.url, autocommit=True) as watch:
        watch.execute(f"CREATE DATABASE {name}")
        yield urlsplit(postgres.url)._replace(path=f"/{name}").geturl(), watch
        watch.execute(f"DROP DATABASE {name} WITH (FORCE)")


def make_table(url: str) -> None:
    command = [find_programs() / "psql", url, "--quiet", "--file", SCHEMA]
    subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE_S)


@contextmanager
def made(postgres: Postgres, name: str) -> Iterator[Scans]:
    with new_database(postgres, name) as (url, watch):
        make_table(url)
        yield Scans(url, watch)


def serve(scans: Scans, **env: str) -> Server:
    settings = {"SCAN_KEYS": KEYS, "SCANS_DATABASE_URL": scans.url, "SCANS_POOL": "3"}
    settings |= {"SCANS_TIMEOUT_S": "60"}  # what a test holds is not sick
    return start_server(SIDECAR / "serve.sh", cwd=SIDECAR, env=settings | env)


@dataclass(frozen=True)
class Service:
    """One service for all tests that only ask it."""

    server: Server
    scans: Scans


@pytest.fixture(scope="module")
def running(postgres: Postgres) -> Iterator[Service]:
    with made(postgres, "scans") as scans, serve(scans) as server:
        yield Service(server, scans)


@pytest.fixture
def service(running: Service) -> Service:
    """Return it with nothing in its database."""
    running.scans.clear()
    return running


@pytest.fixture(scope="module")
def own_database(postgres: Postgres) -> Iterator[Scans]:
    with made(postgres, "scans_alone") as scans:
        yield scans


@pytest.fixture
def scans(own_database: Scans) -> Scans:
    """Return an empty database that nobody is connected to."""
    own_database.clear()
    own_database.wait_for(0)
    return own_database


@pytest.fixture
def start(scans: Scans) -> Iterator[Start]:
    """Give a function that starts a service of the test's own on that database."""
    with ExitStack() as leaving:

        def start(**env: str) -> Server:
            server = serve(scans, **env)
            leaving.callback(server.stop, grace_s=0)
            return server

        yield start


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed(key: str = KEY, salt: str = "scans", **claims: str) -> str:
    return TimestampSigner(key=key, salt=salt, fallback_keys=()).sign_object(claims or REPORT)


class Earlier(TimestampSigner):
    """Signs as Django did half a day and a minute ago."""

    def timestamp(self) -> str:
        return b62_encode(int(time.time()) - 12 * 60 * 60 - 60)


EXPIRED = Earlier(key=KEY, salt="scans", fallback_keys=()).sign_object(REPORT)
REFUSED = {
    "forged": signed("another key"),
    "expired": EXPIRED,
    "for another purpose": signed(salt="tracking"),
    "cut off": signed()[:-1],
    "no token at all": "x",
    "strange letters": "ä:ö:ü",
}


def send(server: Server, token: str | None = None, **other: object) -> httpx.Response:
    """Report a scan."""
    headers = bearer(signed() if token is None else token)
    # As bytes, since a client may send any.
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    return httpx.post(f"{server.url}/scans/", json=SCAN | other, headers=raw)


def send_and_leave(server: Server, body: str) -> HTTPConnection:
    """Report a scan, and wait for no answer."""
    line = HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)
    line.request("POST", "/scans/", body, bearer(signed()) | {"Content-Type": "application/json"})
    return line


def status(line: HTTPConnection) -> int:
    with line.getresponse() as answer:
        answer.read()
    line.close()
    return answer.status


def body(second: int) -> str:
    at = f"2026-11-02T08:30:{second:02}Z"
    return f'{{"number": "DX00000042", "at": "{at}", "place": "Gate 7"}}'


# What it lets in ---------------------------------------------------------------------------------


def test_a_token_that_django_signed_lets_a_scan_in(service: Service) -> None:
    later = "2026-11-02T09:00:00Z"

    assert send(service.server).status_code == 201
    assert send(service.server, signed(OLD_KEY), at=later).status_code == 201
    assert service.scans.rows() == [("DX00000042", "Gate 7", "gate-7")] * 2


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED)
def test_any_other_token_is_refused(service: Service, token: str) -> None:
    answer = send(service.server, token)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert service.scans.rows() == []


def test_without_a_token_nothing_is_answered_but_that_it_lives(service: Service) -> None:
    url = service.server.url

    assert httpx.get(f"{url}/health/").json() == {"status": "ok"}
    assert httpx.post(f"{url}/scans/", json=SCAN).status_code == 401
    assert httpx.get(f"{url}/scans/").status_code == 401
    for page in ("docs", "redoc", "openapi.json"):
        assert httpx.get(f"{url}/{page}").status_code == 404


def test_a_scanner_may_report_and_not_collect(service: Service) -> None:
    url, scanner = service.server.url, bearer(signed())

    assert httpx.get(f"{url}/scans/", headers=scanner).status_code == 403
    assert httpx.post(f"{url}/scans/taken/", json=[1], headers=scanner).status_code == 403
    assert send(service.server, signed(may="collect")).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "DX42"},
        {"number": "DX0000004٤"},  # a digit too, and not ours
        {"at": "2026-11-02T08:30:00"},
        {"place": ""},
        {"place": "x" * 81},
        {"place": "Gate\x00"},
    ],
    ids=["number", "digit", "no time zone", "empty", "long", "a zero byte"],
)
def test_a_scan_that_is_none_is_refused(service: Service, wrong: dict[str, str]) -> None:
    assert send(service.server, **wrong).status_code == 422
    assert service.scans.rows() == []


def test_a_scan_that_is_sent_twice_is_kept_once(service: Service) -> None:
    assert [send(service.server).status_code for _ in range(2)] == [201, 201]
    assert len(service.scans.rows()) == 1


WITHOUT_DATABASE = """
import asyncio, importlib, sys
from pathlib import Path
import httpx
modules = {Path(file).stem: importlib.import_module(Path(file).stem) for file in sys.argv[2:]}

async def ask(token):
    transport = httpx.ASGITransport(modules["service"].app)
    async with httpx.AsyncClient(transport=transport, base_url="http://scans") as client:
        headers = {"Authorization": f"Bearer {token}"}
        return (await client.get("/scans/", headers=headers)).status_code

print(*[asyncio.run(ask(token)) for token in sys.argv[1].split()])
print("django.conf" in sys.modules and sys.modules["django.conf"].settings.configured)
"""


@pytest.mark.runs("fastapi_sidecar/service.py")
@pytest.mark.runs("fastapi_sidecar/tokens.py")
def test_a_token_is_checked_without_any_database_and_without_settings() -> None:
    tokens = f"{signed('another key')} {EXPIRED} {signed(may='collect')}"
    command = [sys.executable, "-c", WITHOUT_DATABASE, tokens, SERVICE, TOKENS]
    nowhere = {"SCANS_DATABASE_URL": "postgresql://127.0.0.1:9/nowhere", "SCAN_KEYS": KEYS}
    environment = os.environ | nowhere | {"PYTHONPATH": str(SIDECAR)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    # Only who may ask gets as far as the database, which is not there.
    assert done.stdout.splitlines() == ["401 401 503", "False"], done.stderr


# Its bounds --------------------------------------------------------------------------------------


@serves
def test_the_pool_bounds_its_connections_and_none_is_left(start: Start, scans: Scans) -> None:
    server = start()
    with scans.held():
        lines = [send_and_leave(server, body(second)) for second in range(12)]
        scans.wait_for(3, WAITING)
        assert scans.connections() <= 4  # one is ours

    assert Counter(map(status, lines)) == {201: 12}
    assert len(scans.rows()) == 12
    server.stop()
    scans.wait_for(0)


@serves
def test_without_a_free_connection_a_scanner_is_asked_to_try_again(
    start: Start, scans: Scans
) -> None:
    server = start(SCANS_TIMEOUT_S="1")
    with scans.held():
        answers = [send(server) for _ in range(2)]
        scans.wait_for(0, WAITING)  # the database has ended the statements as well

    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[0].headers["retry-after"] == "5"
    assert send(server).status_code == 201


@serves
def test_a_stopping_service_answers_what_is_in_progress(start: Start, scans: Scans) -> None:
    server = start()
    with scans.held():
        line = send_and_leave(server, body(1))
        scans.wait_for(1, WAITING)
        os.kill(server.process.pid, signal.SIGTERM)
        server.process.wait_until(lambda: "Shutting down" in server.process.log)

    assert status(line) == 201
    # It ends by itself; what had to be killed would say so.
    assert server.stop(grace_s=DEADLINE_S) == -signal.SIGTERM
    assert "Application shutdown complete" in server.process.log
    assert len(scans.rows()) == 1


@pytest.mark.runs("fastapi_sidecar/schema.sql")
def test_the_schema_changes_nothing_twice(scans: Scans) -> None:
    with psycopg.connect(scans.url) as connection:
        connection.execute(
            "INSERT INTO scans (number, at, place, scanner) VALUES ('DX1', now(), 'Gate', 'gate')"
        )

    make_table(scans.url)

    assert len(scans.rows()) == 1


# Django's side -----------------------------------------------------------------------------------

RUN = "import django; django.setup(); from fastapi_sidecar.desk import *; "
RUN += "from django.core.management import call_command as call; "


def run(code: str, url: str, **env: str) -> None:
    command = [sys.executable, "-c", RUN + code, DESK, SIDECAR / "settings.py", SIDECAR / "urls.py"]
    environment = os.environ | DJANGO | {"DATABASE_URL": url} | env
    done = subprocess.run(
        command, env=environment, cwd=APP, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def desk(postgres: Postgres) -> Iterator[str]:
    """Return the address of Django's database, with the desk's parcels."""
    with new_database(postgres, "sidecar_desk") as (url, _):
        run("call('migrate', verbosity=0); call('load_desk', verbosity=0)", url)
        yield url


def events(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT number, place FROM parcels_event e JOIN parcels_parcel p ON p.id = parcel_id"
            " WHERE note = 'Scanned'"
        ).fetchall()


@pytest.mark.runs("fastapi_sidecar/desk.py")
@pytest.mark.runs("fastapi_sidecar/settings.py")
@pytest.mark.runs("fastapi_sidecar/urls.py")
def test_a_scan_goes_from_the_gate_to_the_desk_once(service: Service, desk: str) -> None:
    gthread = SNIPPETS / "servers" / "gunicorn-gthread.sh"
    with start_server(gthread, cwd=APP, env=DJANGO | {"DATABASE_URL": desk}) as django:
        address = f"{django.url}/api/scanners/gate-7/token/"
        assert httpx.get(address).status_code == 401
        answer = httpx.get(address, headers=bearer("only-for-this-test"))
        assert "no-store" in answer.headers["cache-control"]

    token = answer.json()["token"]
    assert send(service.server, token).status_code == 201
    assert send(service.server, token, number="DX99999999").status_code == 201  # of no parcel
    for _ in range(2):
        run("collect()", desk, SCANS_URL=service.server.url)
        assert events(desk) == [("DX00000042", "Gate 7")]
        assert service.scans.rows() == []
        # As if the desk had stored it, and ended before it said so.
        assert send(service.server, token).status_code == 201
