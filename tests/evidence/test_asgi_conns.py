"""How many connections to the database the requests in progress hold."""

from collections import Counter
from itertools import pairwise

import pytest

PRICE = "/api/parcels/DX00000042/price/"
"""Asks the database for a parcel, then a carrier for its price."""


STEPS = (5, 10, 20, 50)
"""How many requests there are at once when the connections are counted."""


@pytest.fixture
def count(carrier, database):
    """Give a function that has more and more requests at once, and counts at each step.

    It returns the connections at 5, 10, 20 and 50 requests, of which at most `bound` reach the
    carrier while the others wait.
    """

    def count(desk, bound):
        asked, held = [], []
        for before, now in pairwise((0, *STEPS)):
            asked.append(desk.ask_at_once(now - before, PRICE))
            carrier.wait_for(min(now, bound))
            held.append(database.connections())
        carrier.let_go()
        # Those that had to wait had to do nothing more.
        assert sum((some.statuses() for some in asked), Counter()) == {200: 50}
        return held

    return count


@pytest.mark.evidence("asgi-conns")
def test_each_view_under_asgi_holds_a_connection_of_its_own(serve, count, database, record):
    held = count(serve("uvicorn", DATABASE_URL=database.url), bound=50)

    assert held == [5, 10, 20, 50]
    record(requests=50, asgi_at_5=held[0], asgi_at_10=held[1], asgi_at_20=held[2], asgi=held[3])


@pytest.mark.evidence("asgi-conns")
def test_under_wsgi_the_threads_bound_the_connections(serve, count, database, record):
    held = count(serve("gunicorn-gthread", THREADS=8, DATABASE_URL=database.url), bound=8)

    assert held == [5, 8, 8, 8]
    record(wsgi_at_5=held[0], wsgi_at_10=held[1], wsgi_at_20=held[2], wsgi=held[3])


@pytest.mark.evidence("asgi-conns")
def test_under_asgi_a_pool_bounds_the_connections(serve, count, carrier, database, record):
    desk = serve("uvicorn", DATABASE_POOL=10, DATABASE_URL=database.url)
    carrier.answer_next(1)
    assert desk.ask(PRICE).statuses() == {200: 1}
    # By then the pool has those that it always keeps, and opens only what is asked for.
    desk.server.process.wait_until(lambda: database.connections() >= 4)

    held = count(desk, bound=10)

    assert held == [5, 10, 10, 10]
    record(pool_at_5=held[0], pool_at_10=held[1], pool_at_20=held[2], pool=held[3])


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
