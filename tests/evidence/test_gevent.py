"""Under gevent, what waits must yield. Real drivers, and which of them do."""

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from .conftest import Asked, Desk

QUERY = "/api/parcels/?limit=3"


@pytest.mark.evidence("gevent")
def test_psycopg_yields_and_each_greenlet_has_a_connection(serve, database, hold, record):
    desk = serve("gunicorn-gevent", DATABASE_URL=database.url)
    with hold() as queries:
        asked = desk.ask_at_once(10, QUERY)
        desk.wait_until(lambda: queries() == 10)
        assert desk.ask("/health/").statuses() == {200: 1}

    assert asked.statuses() == {200: 10}
    record(requests=10, connections=10)


@pytest.mark.evidence("gevent")
def test_without_the_waiting_that_is_patched_a_query_stops_all_others(
    serve, database, hold, record
):
    """The same driver, told to wait in C, which nothing can patch."""
    desk = serve("gunicorn-gevent", DATABASE_URL=database.url, PSYCOPG_WAIT_FUNC="wait_c")
    twin = serve("gunicorn-gevent", DATABASE_URL=database.url)
    with hold() as queries:
        asked = desk.ask_at_once(10, QUERY)
        desk.wait_until(lambda: queries() == 1)
        behind = desk.ask("/health/")
        # The twin is asked later, and all its queries wait at once.
        of_twin = twin.ask_at_once(10, QUERY)
        desk.wait_until(lambda: queries() == 1 + 10)
        assert twin.ask("/health/").statuses() == {200: 1}
        assert behind.answered() == 0

    assert asked.statuses() == of_twin.statuses() == {200: 10}
    assert behind.statuses() == {200: 1}
    record(unpatched=1)


@pytest.mark.evidence("gevent")
def test_a_query_of_sqlite_stops_all_others(serve, desk_url):
    desk, gthread = (
        serve(f"gunicorn-{kind}", DATABASE_URL=desk_url) for kind in ("gevent", "gthread")
    )
    with closing(sqlite3.connect(desk_url.removeprefix("sqlite:///"))) as locked:
        locked.execute("BEGIN EXCLUSIVE")
        asked = [server.ask(QUERY) for server in (desk, gthread)]
        behind = desk.ask("/health/")
        # gthread is asked later, and answers.
        assert gthread.ask("/health/").statuses() == {200: 1}
        assert behind.answered() == 0

    assert [one.statuses() for one in (*asked, behind)] == [{200: 1}] * 3


@pytest.mark.evidence("gevent")
def test_a_pool_limits_the_connections_of_greenlets(serve, database, hold, record):
    desk = serve("gunicorn-gevent", DATABASE_URL=database.url, DATABASE_POOL=4)
    with hold() as queries:
        asked = desk.ask_at_once(10, QUERY)
        desk.wait_until(lambda: queries() == 4)
        assert desk.ask("/health/").statuses() == {200: 1}
        assert queries() == 4

    assert asked.statuses() == {200: 10}
    assert database.connections() == 4
    record(pool=4)


@pytest.mark.evidence("gevent-max-age")
def test_a_connection_that_is_kept_is_found_by_no_later_client(serve, database, record):
    desk = serve("gunicorn-gevent", DATABASE_URL=database.url, DATABASE_CONN_MAX_AGE=60)
    asked = desk.ask_at_once(10, QUERY)
    assert asked.statuses() == {200: 10}
    asked.leave()

    # Nobody is there any more. They stay until Python collects what the greenlets have left.
    left = database.backends()
    assert len(left) == 10
    assert desk.ask(QUERY).statuses() == {200: 1}
    assert database.backends() - left  # it found none of those
    record(requests=10, left=len(left))


@pytest.mark.evidence("gevent-preload")
def test_an_app_that_is_loaded_before_the_patch_shares_a_connection(serve, database, record):
    patched_late = serve(
        "gunicorn-gevent", DATABASE_URL=database.url, GUNICORN_CMD_ARGS="--preload"
    )
    loaded_late = serve("gunicorn-gevent", DATABASE_URL=database.url)

    late = [patched_late.ask(QUERY).statuses() for _ in range(5)]
    assert [loaded_late.ask(QUERY).statuses() for _ in range(5)] == [{200: 1}] * 5
    assert late == [{500: 1}] * 5
    assert patched_late.ask("/health/").statuses() == {500: 1}
    log = patched_late.server.process.log
    assert "MonkeyPatchWarning" in log
    assert "DatabaseWrapper objects created in a thread can only be used in that" in log
    record(requests=5, failed=len(late))


@pytest.mark.evidence("gevent-async")
def test_async_views_that_run_at_once_fail(serve, carrier, record):
    desk = serve("gunicorn-gevent")
    first = desk.ask("/rates/one/async/")
    carrier.wait_for(1)

    others = desk.ask_at_once(4, "/rates/one/async/").statuses()
    with_threads = desk.ask("/rates/five/threads/")
    carrier.wait_for(1 + 5)  # a pool of threads is a pool of greenlets, and works
    assert first.answered() == 0
    carrier.let_go()

    assert first.statuses() == with_threads.statuses() == {200: 1}
    assert others == {500: 4}
    assert "RuntimeError" in desk.server.process.log
    record(others=4, failed=others[500])


@pytest.mark.evidence("gevent-cpu")
def test_a_view_that_computes_stops_all_others(computing):
    gevent, gthread = computing("gunicorn-gevent"), computing("gunicorn-gthread", THREADS=2)

    behind = gevent.desk.ask("/health/")
    # gthread is asked later, and answers.
    assert gthread.desk.ask("/health/").statuses() == {200: 1}
    assert behind.answered() == 0

    for view in (gevent, gthread):
        view.done.touch()
        assert view.asked.statuses() == {200: 1}
    assert behind.statuses() == {200: 1}


@pytest.mark.evidence("gevent-cpu")
def test_gunicorns_timeout_ends_the_view_that_computes_and_its_worker(computing, carrier, record):
    view = computing("gunicorn-gevent", before=5, GUNICORN_CMD_ARGS="--timeout 2")

    lost = view.asked.lost()
    assert "WORKER TIMEOUT" in view.desk.server.process.log
    assert carrier.hung_up == 0  # what waited in other greenlets goes on
    carrier.let_go()

    assert view.before.statuses() == {200: 5}
    assert lost == 1
    record(lost=lost, others=5)


@pytest.fixture
def hold(database):
    """Give a context in which every query of the parcels waits; it counts those that do."""

    @contextmanager
    def hold():
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        waiting += " AND datname = current_database()"
        with (
            psycopg.connect(database.url, autocommit=True) as watch,
            psycopg.connect(database.url) as locked,
        ):
            locked.execute("LOCK TABLE parcels_parcel IN ACCESS EXCLUSIVE MODE")
            yield lambda: watch.execute(waiting).fetchone()[0]

    return hold


@dataclass
class Computing:
    """A server with a view that computes until a file is there."""

    desk: Desk
    done: Path
    before: Asked
    asked: Asked


@pytest.fixture
def computing(serve, carrier, tmp_path):
    """Give a function that starts a server and the view, with so many requests `before` it."""

    def start(script, *, before=0, **env):
        begun, done = (tmp_path / f"{script}-{name}" for name in ("begun", "done"))
        files = {"BEGUN": begun, "DONE": done, "PYTHONPATH": Path(__file__).parent}
        desk = serve(script, app="computes:application", **files, **env)
        waits = desk.ask_at_once(before, "/rates/one/")
        carrier.wait_for(before)
        asked = desk.ask("/compute/")
        desk.wait_until(begun.exists)
        return Computing(desk, done, waits, asked)

    return start
