"""Whose connection a query in a thread opens, and who closes it."""

from pathlib import Path

import pytest


@pytest.fixture
def serve_threads(serve, database):
    """Give a function that starts the example app with the views of `query_in_thread.py`."""
    folder = Path(__file__).parent
    application = {"app": "query_in_thread:application", "PYTHONPATH": folder}
    return lambda: serve("uvicorn", DATABASE_URL=database.url, **application)


def ask_at_once(server, carrier, path):
    """Have five requests in progress, each with its query behind it, then let them end."""
    asked = server.ask_at_once(5, path)
    carrier.wait_for(5)
    busy = server.threads()
    carrier.let_go()
    assert asked.statuses() == {200: 5}
    server.wait_for_threads(busy - 5)  # each request had a thread of its own, and it has ended


@pytest.mark.evidence("ts-false")
def test_no_request_closes_the_connection_of_a_query_in_another_thread(
    serve_threads, carrier, database, record
):
    server = serve_threads()

    ask_at_once(server, carrier, "/another/")
    left = database.connections()
    assert server.ask_at_once(5, "/own/").statuses() == {200: 5}  # do these close what was left?

    assert left == 5
    server.server.process.wait_until(lambda: database.connections() <= left)
    assert database.connections() == left
    record(requests=5, left=left)


@pytest.mark.evidence("ts-false")
def test_a_query_in_the_thread_of_the_request_leaves_no_connection(
    serve_threads, carrier, database, record
):
    server = serve_threads()

    ask_at_once(server, carrier, "/own/")

    server.server.process.wait_until(lambda: database.connections() == 0)
    record(own=0)
