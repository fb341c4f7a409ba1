"""Queries that wait in PostgreSQL at once: of one view, of several, and in branches of a view."""

from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from .conftest import ROOT, wait_until

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
QUERIES = 5


@contextmanager
def locked(database):
    """Have every query of the parcels wait; give a function that returns how many do."""
    name = urlsplit(database.url).path[1:]
    with psycopg.connect(database.url) as holder:
        holder.execute("LOCK TABLE parcels_parcel IN ACCESS EXCLUSIVE MODE")
        yield lambda: int(database._watch.execute(WAITING, [name]).fetchone()[0])


@pytest.fixture(scope="module")
def application():
    folders = f"{Path(__file__).parent}:{ROOT / 'snippets'}"
    return {"app": "gathered_branches:application", "PYTHONPATH": folders}


@pytest.mark.evidence("gather-orm")
def test_queries_of_several_requests_wait_at_once_each_on_a_connection_of_its_own(
    serve, database, application, record
):
    server = serve("uvicorn", DATABASE_URL=database.url, **application)

    with locked(database) as waiting:
        asked = server.ask_at_once(5, "/gathered/")
        wait_until(lambda: waiting() == 5, "a query of each request")
        assert not asked.answered()

    assert asked.statuses() == {200: 5}
    record(across=5)


@pytest.mark.evidence("branch-contexts")
def test_queries_in_branches_with_an_executor_each_wait_at_once(
    serve, database, application, record
):
    server = serve("uvicorn", DATABASE_URL=database.url, **application)
    idle = server.threads()

    with locked(database) as waiting:
        alone = server.ask("/gathered/")
        wait_until(lambda: waiting() == 1, "a query")
        in_one_thread = server.threads() - idle
        asked = server.ask("/branches/")
        wait_until(lambda: waiting() == QUERIES + 1, "the queries of all branches")
        # Later than the branches, and still only its first has been asked.
        threads = server.threads() - idle - in_one_thread

    assert alone.statuses() == asked.statuses() == {200: 1}
    wait_until(lambda: database.connections() == 0, "the branches' connections to be closed")
    # One for each branch, and the request's own, which has nothing to do.
    assert threads == QUERIES + 1
    record(queries=QUERIES, connections=QUERIES, threads=threads, left=0)
