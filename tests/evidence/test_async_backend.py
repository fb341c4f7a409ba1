"""What django-async-backend holds while queries wait, and what it gives back."""

import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

HERE = Path(__file__).parent
SNIPPETS = HERE.parents[1] / "snippets"
POOL = 20


@pytest.fixture
def desk(serve, database):
    """Return a desk whose views gather queries, on a pool of twenty connections."""
    return serve(
        "uvicorn",
        ASYNC_ORM=1,
        ASYNC_POOL=POOL,
        ASYNC_TIMEOUT_S=60,  # a held query is no sick one
        DATABASE_URL=database.url,
        DJANGO_SETTINGS_MODULE="gathered_queries",
        PYTHONPATH=f"{HERE}:{SNIPPETS}",
    )


class Held:
    """Queries that wait in the database for a lock that a test has."""

    def __init__(self, watch):
        self._watch = watch

    def wait_for(self, queries):
        deadline = time.monotonic() + 30
        while (now := self.count()) != queries:
            assert time.monotonic() < deadline, f"{now} queries wait, not {queries}"
            time.sleep(0.01)

    def count(self):
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return self._watch.execute(f"{waits} AND datname = current_database()").fetchone()[0]


@pytest.fixture
def hold(database):
    """Give a context in which every query of the parcels waits."""

    @contextmanager
    def hold():
        with (
            psycopg.connect(database.url, autocommit=True) as watch,
            psycopg.connect(database.url) as locked,
        ):
            locked.execute("LOCK TABLE parcels_parcel IN ACCESS EXCLUSIVE MODE")
            yield Held(watch)

    return hold


@pytest.mark.evidence("async-backend")
def test_gathered_queries_wait_at_once_with_no_thread_for_any_of_them(desk, hold, database, record):
    with hold() as held:
        asked = desk.ask("/each-its-own/1/")
        held.wait_for(1)
        with_one = desk.threads()
    assert asked.statuses() == {200: 1}

    for _ in range(3):  # again and again: each time all of the pool is there
        with hold() as held:
            asked = desk.ask(f"/each-its-own/{POOL}/")
            held.wait_for(POOL)
            desk.wait_for_threads(with_one)
            more = desk.threads() - with_one
        assert asked.statuses() == {200: 1}
        # No more than the pool: the two of `hold` are seen for a moment more.
        desk.server.process.wait_until(lambda: database.connections() == POOL)

    record(queries=POOL, connections=POOL, threads=more)


@pytest.mark.evidence("async-backend")
def test_without_a_connection_of_their_own_all_but_one_query_raise(desk):
    given = httpx.get(f"{desk.server.url}/plain/5/").json()

    assert sorted(given, key=str) == [500, *["RuntimeError"] * 4]


@pytest.mark.evidence("async-backend")
def test_more_queries_than_the_pool_has_connections_wait_their_turn(desk, hold, database):
    with hold() as held:
        asked = desk.ask_at_once(3, f"/each-its-own/{POOL}/")
        held.wait_for(POOL)

    assert asked.statuses() == {200: 3}
    desk.server.process.wait_until(lambda: database.connections() == POOL)
