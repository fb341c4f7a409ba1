"""How many connections to the database the requests in progress hold."""

import pytest

PRICE = "/api/parcels/DX00000042/price/"
"""Asks the database for a parcel, then a carrier for its price."""


@pytest.mark.evidence("asgi-conns")
def test_each_view_under_asgi_holds_a_connection_of_its_own(serve, carrier, database, record):
    server = serve("uvicorn", DATABASE_URL=database.url)
    asked = server.ask_at_once(50, PRICE)

    carrier.wait_for(50)
    held = database.connections()
    carrier.let_go()

    assert asked.statuses() == {200: 50}
    assert held == 50
    record(requests=50, asgi=held)


@pytest.mark.evidence("asgi-conns")
def test_under_wsgi_the_threads_bound_the_connections(serve, carrier, database, record):
    server = serve("gunicorn-gthread", THREADS=8, DATABASE_URL=database.url)
    asked = server.ask_at_once(50, PRICE)

    carrier.wait_for(8)
    held = database.connections()
    carrier.let_go()

    assert asked.statuses() == {200: 50}  # the other 42 had to wait, and nothing more
    assert held == 8
    record(wsgi=held)


@pytest.mark.evidence("asgi-conns")
def test_under_asgi_a_pool_bounds_the_connections(serve, carrier, database, record):
    server = serve("uvicorn", DATABASE_POOL=10, DATABASE_URL=database.url)
    asked = server.ask_at_once(50, PRICE)

    carrier.wait_for(10)
    held = database.connections()
    carrier.let_go()

    assert asked.statuses() == {200: 50}  # the other 40 had to wait, and nothing more
    assert held == 10
    record(pool=held)


@pytest.mark.evidence("asgi-conns")
def test_with_conn_max_age_connections_outlive_their_requests(serve, carrier, database, record):
    server = serve("uvicorn", DATABASE_CONN_MAX_AGE=60, DATABASE_URL=database.url)
    asked = server.ask_at_once(50, PRICE)

    carrier.wait_for(50)
    busy = server.threads()
    carrier.let_go()

    assert asked.statuses() == {200: 50}
    server.wait_for_threads(busy - 50)  # the only ones that could use the connections again
    left = database.connections()
    assert left > 0
    record(left=left)
