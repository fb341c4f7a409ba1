"""What becomes of the connection of a thread that is no request when the database restarts."""

import runpy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import dj_database_url
import psycopg
import pytest
from django.db import DatabaseError, connections

SNIPPET = Path(__file__).parents[2] / "snippets" / "traps" / "own_thread.py"
ENDED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def looks(database, django_in_process, monkeypatch):  # noqa: ARG001 - it sets up
    """Return what the snippet defines, and have new threads of this process use PostgreSQL."""
    settings = connections.settings["default"] | dj_database_url.parse(database.url)
    monkeypatch.setitem(connections.settings, "default", settings)
    return SimpleNamespace(**runpy.run_path(str(SNIPPET)))


def look_three_times_after_a_restart(look, database):
    """Return how often it failed, in a thread of its own that had looked once before."""
    failed = 0
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(look).result() == 500
        with psycopg.connect(database.url) as other:
            other.execute(ENDED)  # as a restart of the database does
        for _ in range(3):
            try:
                thread.submit(look).result()
            except DatabaseError:
                failed += 1
        thread.submit(connections.close_all).result()
    return failed


@pytest.mark.evidence("stale-connection")
@pytest.mark.runs("traps/own_thread.py")
def test_a_thread_that_is_no_request_never_gets_a_new_connection(looks, database, record):
    failed = look_three_times_after_a_restart(looks.look, database)

    assert failed == 3
    record(looks=3, failed=failed)


@pytest.mark.evidence("stale-connection")
def test_it_does_where_it_closes_old_connections_as_a_request_does(looks, database, record):
    failed = look_three_times_after_a_restart(looks.look_as_a_request_does, database)

    assert failed == 0
    record(closed=failed)
