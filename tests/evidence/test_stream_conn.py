"""What a stream holds of the database while it is open."""

import pytest

from .asgi_stage import STAGE
from .conftest import wait_until

NUMBER = "DX00000042"


@pytest.mark.evidence("stream-conn")
def test_a_query_before_a_stream_holds_its_connection_until_the_stream_ends(
    serve, carrier, database, record
):
    server = serve("uvicorn", DATABASE_URL=database.url, **STAGE)
    streams = server.ask_at_once(20, f"/feed/{NUMBER}/")

    # Each has made its one query, and now asks a carrier for the price.
    carrier.wait_for(20)
    held = database.connections()
    streams.leave()

    assert held == 20
    wait_until(lambda: database.connections() == 0, "the end of the connections")
    record(streams=20, held=held)


@pytest.mark.evidence("stream-conn")
@pytest.mark.runs("asgi/streams.py")
def test_a_connection_that_is_given_back_is_not_held(serve, carrier, database, record):
    server = serve("uvicorn", DATABASE_URL=database.url, **STAGE)
    server.ask_at_once(20, f"/thrifty/{NUMBER}/")

    carrier.wait_for(20)

    # A session ends a moment after its client has gone.
    wait_until(lambda: database.connections() == 0, "the end of the connections")
    record(given_back=database.connections())


@pytest.mark.evidence("stream-conn")
def test_with_a_pool_as_many_streams_run_as_it_has_connections_and_nothing_else(
    serve, carrier, database, record
):
    server = serve("uvicorn", DATABASE_POOL=5, DATABASE_URL=database.url, **STAGE)
    streams = server.ask_at_once(5, f"/feed/{NUMBER}/")
    carrier.wait_for(5)

    # Neither another stream nor a page that wants a connection for a moment.
    assert server.ask(f"/feed/{NUMBER}/").statuses() == {500: 1}
    assert server.ask(f"/api/parcels/{NUMBER}/").statuses() == {500: 1}
    streams.leave()
    wait_until(
        lambda: server.ask(f"/api/parcels/{NUMBER}/").statuses() == {200: 1}, "a free connection"
    )
    record(pool=5)


@pytest.mark.evidence("stream-conn")
def test_with_a_pool_streams_that_give_back_are_many_and_leave_it_to_others(
    serve, carrier, database, record
):
    server = serve("uvicorn", DATABASE_POOL=5, DATABASE_URL=database.url, **STAGE)
    server.ask_at_once(20, f"/thrifty/{NUMBER}/")

    carrier.wait_for(20)

    assert server.ask(f"/api/parcels/{NUMBER}/").statuses() == {200: 1}
    record(through_pool=20)


@pytest.mark.evidence("stream-conn")
def test_it_is_not_given_back_from_the_event_loop(serve, database):
    server = serve("uvicorn", DATABASE_URL=database.url, **STAGE)

    assert server.ask("/wrong-close/").statuses() == {500: 1}
    assert "DatabaseWrapper objects created in a thread" in server.server.process.log


@pytest.mark.evidence("task-conn")
def test_a_task_that_outlives_its_request_has_a_connection_that_no_request_closes(
    serve, carrier, database, record
):
    server = serve("uvicorn", DATABASE_URL=database.url, **STAGE)
    asked = server.ask_at_once(5, "/leave-query/")
    assert asked.statuses() == {200: 5}
    carrier.wait_for(5)
    assert database.connections() == 0

    carrier.let_go()

    wait_until(lambda: database.connections() == 5, "a connection for each task")
    assert server.ask_at_once(5, "/health/").statuses() == {200: 5}
    assert database.connections() == 5
    record(tasks=5, connections=5)
