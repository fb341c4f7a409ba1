"""An async view and the database: one function behind one hop, or the experiment beside it."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from crossroads.services.postgres import Postgres
from crossroads.services.server import Server, start_server

ROOT = Path(__file__).parents[2]
APP, SNIPPETS = ROOT / "example_app", ROOT / "snippets"
SERVERS = SNIPPETS / "servers"
DEADLINE_S = 30
TOKEN = {"Authorization": "Bearer only-for-this-test"}
SETTINGS = {
    "CARRIER_LATENCY_MS": "0",
    "DESK_TOKEN": "only-for-this-test",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "DJANGO_SETTINGS_MODULE": "async_backend.settings",
    "PYTHONPATH": f"{SNIPPETS}:{APP}",
} | dict.fromkeys(("ASYNC_ORM", "CARRIERS_URL", "DATABASE_POOL", "REDIS_URL"), "")
ON = {"ASYNC_ORM": "1", "ASYNC_POOL": "4", "ASYNC_TIMEOUT_S": "60"}
NUMBER = "DX00000005"
ANNOUNCE = "UPDATE parcels_parcel SET status = 'announced' WHERE number = 'DX00000005'"
HOLD = "SELECT 1 FROM parcels_parcel WHERE number = 'DX00000005' FOR UPDATE"
STATUS = "SELECT status FROM parcels_parcel WHERE number = 'DX00000005'"
FORGET = "DELETE FROM parcels_event WHERE note LIKE 'Picked up for%'"
WRITTEN = "SELECT count(*) FROM parcels_event WHERE note LIKE 'Picked up for%'"
REFUSE = """ALTER TABLE parcels_event
ADD CONSTRAINT refused CHECK (note NOT LIKE 'Picked up for%')"""
ALLOW = "ALTER TABLE parcels_event DROP CONSTRAINT refused"
WAITING = "wait_event_type = 'Lock'"

type Start = Callable[..., Server]


def run(code: str, *arguments: Path, **env: str) -> str:
    """Return what a script of the project's prints."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = os.environ | SETTINGS | env
    done = subprocess.run(
        command, env=environment, cwd=APP, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Database:
    """A database of the desk, which nobody but the servers of a test is connected to."""

    def __init__(self, url: str, watch: psycopg.Connection) -> None:
        self.url = url
        self._watch = watch

    def count(self, where: str = "true") -> int:
        """Return how many connections there are, or those that fit."""
        # Not autovacuum, which is in any database now and then.
        clients = "datname = %s AND backend_type = 'client backend'"
        counted = f"SELECT count(*) FROM pg_stat_activity WHERE {clients} AND {where}"  # noqa: S608 - ours
        row = self._watch.execute(counted, [urlsplit(self.url).path[1:]]).fetchone()
        return int(row[0])

    def wait_for(self, connections: int, where: str = "true") -> None:
        """Return when there are so many: one that is closed is seen for a moment more."""
        deadline = time.monotonic() + DEADLINE_S
        while (now := self.count(where)) != connections:
            assert time.monotonic() < deadline, f"{now} connections, not {connections}: {where}"
            time.sleep(0.01)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let every query of the parcels, customers and depots wait inside."""
        with psycopg.connect(self.url) as locked:
            tables = "parcels_parcel, parcels_customer, parcels_depot"
            locked.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
            yield

    def one(self, query: str) -> object:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchone()[0]


@pytest.fixture(scope="module")
def loaded(postgres: Postgres) -> Iterator[Database]:
    name = f"async_backend_{os.getpid()}"
    url = urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgres.url, autocommit=True) as watch:
        watch.execute(f"CREATE DATABASE {name}")
        load = "import django; from django.core.management import call_command as call"
        load += "; django.setup(); call('migrate', verbosity=0); call('load_desk', verbosity=0)"
        run(load, DATABASE_URL=url)
        yield Database(url, watch)
        watch.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(loaded: Database) -> Database:
    """Return the database with the parcel of these tests announced."""
    loaded.wait_for(0)
    with psycopg.connect(loaded.url) as connection:
        connection.execute(ANNOUNCE)
        connection.execute(FORGET)
    loaded.wait_for(0)
    return loaded


@pytest.fixture
def start(database: Database) -> Iterator[Start]:
    with ExitStack() as leaving:

        def start(script: str = "uvicorn", **env: str) -> Server:
            settings = SETTINGS | {"DATABASE_URL": database.url} | env
            server = start_server(SERVERS / f"{script}.sh", cwd=APP, env=settings)
            leaving.callback(server.stop, grace_s=0)
            return server

        yield start


def ask(server: Server, words: str = "ha") -> HTTPConnection:
    """Send a request, and wait for no answer."""
    line = HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)
    line.request("GET", f"/api/find/?q={words}", headers=TOKEN)
    return line


def status(line: HTTPConnection) -> int:
    with line.getresponse() as answer:
        answer.read()
    line.close()
    return answer.status


# The experiment ----------------------------------------------------------------------------------

READ_SETTINGS = """
import json, runpy, sys
settings = runpy.run_path(sys.argv[1])
options = {name: database["OPTIONS"] for name, database in settings["DATABASES"].items()}
print(json.dumps(["django_async_backend" in settings["INSTALLED_APPS"], options]))
"""
DEFAULT = {"connect_timeout": 5}
ASYNC = {
    "connect_timeout": 5,
    "pool": {"min_size": 1, "max_size": 10, "timeout": 5},
    "options": "-c statement_timeout=5s",
}


@pytest.mark.runs("async_backend/settings.py")
@pytest.mark.parametrize(
    ("switch", "found"),
    [("", [False, {"default": DEFAULT}]), ("1", [True, {"default": DEFAULT, "async": ASYNC}])],
    ids=["off", "on"],
)
def test_without_the_switch_nothing_of_the_experiment_is_there(
    switch: str, found: list[object]
) -> None:
    settings = SNIPPETS / "async_backend" / "settings.py"
    env = {"ASYNC_ORM": switch, "DATABASE_URL": "postgresql://desk@127.0.0.1/desk"}

    assert json.loads(run(READ_SETTINGS, settings, **env)) == found


COMPARE = """
import asyncio, runpy, sys
import django
django.setup()
queries = runpy.run_path(sys.argv[1])["queries"]

async def asked(manager, alias):
    found = queries("ha", manager).values()
    return [query.query.get_compiler(alias).as_sql() for query in found]

print(asyncio.run(asked("objects", "default")))
print(asyncio.run(asked("async_objects", "async")))
"""


@pytest.mark.runs("async_backend/find.py")
def test_both_ways_ask_the_same_three_queries() -> None:
    find = SNIPPETS / "async_backend" / "find.py"
    env = ON | {"DATABASE_URL": "postgresql://desk@127.0.0.1/desk"}

    sync, at_once = run(COMPARE, find, **env).splitlines()

    assert sync.count("SELECT") == 3
    assert sync == at_once


def test_the_switch_changes_no_answer(start: Start) -> None:
    off, on = start(), start(**ON)
    answers = [httpx.get(f"{s.url}/api/find/?q=ha", headers=TOKEN) for s in (off, on)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["depots"] == ["Hamburg"]
    assert len(answers[0].json()["customers"]) == 10
    assert httpx.get(f"{on.url}/api/find/?q=ha").status_code == 401


def test_the_pool_bounds_what_waits_and_nothing_is_left(start: Start, database: Database) -> None:
    server = start(**ON)
    with database.held():
        lines = [ask(server) for _ in range(6)]  # eighteen queries
        database.wait_for(4, WAITING)

    assert [status(line) for line in lines] == [200] * 6
    database.wait_for(4)
    database.wait_for(0, "state <> 'idle'")
    server.stop()
    database.wait_for(0)


def test_of_a_client_that_leaves_no_query_and_no_connection_is_left(
    start: Start, database: Database
) -> None:
    server = start(**ON)
    with database.held():
        for _ in range(5):  # more than the pool would outlive, if each kept one
            line = ask(server)
            database.wait_for(3, WAITING)
            line.close()
            database.wait_for(0, WAITING)

    assert status(ask(server)) == 200


def test_without_a_free_connection_a_request_fails_after_the_time_out(
    start: Start, database: Database
) -> None:
    server = start(**ON | {"ASYNC_TIMEOUT_S": "1"})
    with database.held():
        assert {status(ask(server)) for _ in range(2)} == {500}
        database.wait_for(0, WAITING)  # the database has ended the queries as well

    assert status(ask(server)) == 200


LACKS = """
import asyncio, sys
import django
django.setup()
from django_async_backend.db import async_connections
from django_async_backend.db.models.base import AsyncModelMixin
from django_async_backend.db.transaction import async_atomic
from parcels.models import Parcel

parcels = Parcel.async_objects.using("async")

async def look():
    ahead = await parcels.select_related("customer").aget(number=sys.argv[1])
    print(bool(ahead.customer.name), hasattr(parcels, "prefetch_related"))
    bare = await parcels.aget(number=sys.argv[1])
    for ask in (lambda: bare.customer, lambda: [*bare.events.all()]):
        try:
            ask()
        except Exception as error:
            print(type(error).__name__)
    try:
        async with async_atomic(using="async"):
            await parcels.aupdate(status="delivered")
            raise ValueError
    except ValueError:
        print(await parcels.filter(number=sys.argv[1], status="announced").acount())
    try:
        async_connections["default"]
    except Exception as error:
        print(type(error).__name__)
    wanted = ("prefetch_related", "only", "defer", "aiterator", "raw", "araw")
    print("lacks", *(name for name in wanted if not hasattr(parcels, name)))
    print(hasattr(AsyncModelMixin, "async_refresh_from_db"))
    await async_connections["async"].close()
    await async_connections["async"].close_pool()

asyncio.run(look())
"""


def test_the_async_queries_lack_what_the_page_says(database: Database) -> None:
    said = run(LACKS, Path(NUMBER), DATABASE_URL=database.url, **ON).splitlines()

    assert said[0] == "True False"
    assert said[1:3] == ["SynchronousOnlyOperation"] * 2
    assert said[3] == "1"  # what `async_atomic` takes back
    assert said[4] == "ConnectionDoesNotExist"  # under the alias of Django's own backend
    assert said[5] == "lacks prefetch_related only defer aiterator raw araw"
    assert said[6] == "False"


MEASURED = """
import asyncio, runpy, sys
import django
django.setup()
from parcels.models import Parcel
measured = runpy.run_path(sys.argv[1])

async def asked(parcels, alias):
    queries = [measured[name](parcels).query for name in ("waiting", "listed")]
    return [query.get_compiler(alias).as_sql() for query in queries]

print(asyncio.run(asked(Parcel.objects, "default")))
print(asyncio.run(asked(Parcel.async_objects, "async")))
"""


@pytest.mark.runs("async_backend/measured.py")
def test_what_is_compared_asks_the_same_queries() -> None:
    measured = SNIPPETS / "async_backend" / "measured.py"
    env = ON | {"DATABASE_URL": "postgresql://desk@127.0.0.1/desk"}

    sync, backend = run(MEASURED, measured, **env).splitlines()

    assert sync.count("SELECT") == 2
    assert "pg_sleep" in sync
    assert sync == backend


def test_what_is_compared_gives_the_same_answers_on_pools_that_are_full(
    start: Start, database: Database
) -> None:
    pools = {"ASYNC_POOL": "4", "DATABASE_POOL": "4", "ASYNC_ORM": "1"}
    server = start(DJANGO_SETTINGS_MODULE="async_backend.measured_settings", **pools)

    for query in ("wait", "rows"):
        answers = [
            httpx.get(f"{server.url}/measured/{query}/{way}") for way in ("", "async/", "backend/")
        ]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert len({answer.content for answer in answers}) == 1
    database.wait_for(8)


# One function, one hop ---------------------------------------------------------------------------

ON_BOTH = pytest.mark.parametrize("script", ["uvicorn", "gunicorn-gthread"])
LOOK = """
import asyncio, runpy, sys
import django
django.setup()
from parcels.models import Parcel
view = runpy.run_path(sys.argv[1])
loaded, bare = view["load"](sys.argv[2]), Parcel.objects.get(number=sys.argv[2])

async def look(parcel):
    try:
        return view["asked"](parcel)
    except Exception as error:
        return type(error).__name__

print(*(type(asyncio.run(look(parcel))).__name__ for parcel in (loaded, bare)))
print(asyncio.run(look(bare)))
"""


@pytest.mark.runs("async_backend/hand_over.py")
def test_what_was_not_loaded_fails_in_async_code(database: Database) -> None:
    hand_over = SNIPPETS / "async_backend" / "hand_over.py"

    kinds, error = run(LOOK, hand_over, Path(NUMBER), DATABASE_URL=database.url).splitlines()

    assert kinds == "tuple str"
    assert error == "SynchronousOnlyOperation"


def hand_over(server: Server) -> int:
    address = f"{server.url}/api/parcels/{NUMBER}/hand-over/"
    return httpx.post(address, headers=TOKEN, timeout=DEADLINE_S).status_code


@ON_BOTH
def test_a_parcel_is_handed_over_once(start: Start, database: Database, script: str) -> None:
    server = start(script)

    assert [hand_over(server) for _ in range(2)] == [200, 409]
    assert database.one(STATUS) == "picked up"
    assert database.one(WRITTEN) == 1


@ON_BOTH
def test_of_several_at_once_one_hands_it_over(
    start: Start, database: Database, script: str
) -> None:
    server = start(script, THREADS="8")
    with psycopg.connect(database.url) as first:
        first.execute(HOLD)
        lines = [HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S) for _ in range(4)]
        for line in lines:
            line.request("POST", f"/api/parcels/{NUMBER}/hand-over/", headers=TOKEN)
        # All four have their price, and wait for the row.
        database.wait_for(4, WAITING)

    assert Counter(map(status, lines)) == {200: 1, 409: 3}
    assert database.one(WRITTEN) == 1


@ON_BOTH
def test_when_the_second_write_fails_the_first_is_undone(
    start: Start, database: Database, script: str
) -> None:
    server = start(script)
    with psycopg.connect(database.url) as connection:
        connection.execute(REFUSE)
    try:
        assert hand_over(server) == 500
        assert database.one(STATUS) == "announced"
    finally:
        with psycopg.connect(database.url) as connection:
            connection.execute(ALLOW)


@ON_BOTH
def test_without_a_price_nothing_is_written(start: Start, database: Database, script: str) -> None:
    server = start(script, CARRIERS_URL="http://127.0.0.1:9")  # nobody listens there

    assert hand_over(server) == 503
    assert database.one(STATUS) == "announced"
