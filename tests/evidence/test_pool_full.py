"""What a request sees that finds every connection of the pool lent."""

from pathlib import Path

import pytest

PRICE = "/api/parcels/DX00000042/price/"
"""Asks the database for a parcel, then a carrier for its price."""
SNIPPETS = Path(__file__).parents[2] / "snippets"


@pytest.fixture
def serve_pool(serve, database):
    """Give a function that starts the desk under ASGI with the settings that the site shows."""
    settings = {"DJANGO_SETTINGS_MODULE": "database.pool_settings", "PYTHONPATH": SNIPPETS}
    return lambda **bounds: serve("uvicorn", DATABASE_URL=database.url, **settings, **bounds)


@pytest.mark.evidence("pool-full")
def test_a_request_that_waits_too_long_for_a_connection_fails_and_the_others_do_not(
    serve_pool, carrier, database, record
):
    desk = serve_pool(DATABASE_POOL=2, DATABASE_POOL_TIMEOUT_S=0.3)
    asked = desk.ask_at_once(5, PRICE)

    carrier.wait_for(2)
    desk.server.process.wait_until(lambda: asked.answered() == 3)
    held = database.connections()
    carrier.let_go()

    assert asked.statuses() == {200: 2, 500: 3}
    assert held == 2
    assert "PoolTimeout" in desk.server.process.log
    # It is a matter of this moment: the next request has a connection again.
    assert desk.ask(PRICE).statuses() == {200: 1}
    record(requests=5, pool=held, failed=3)


@pytest.mark.evidence("pool-full")
def test_a_request_that_may_not_even_wait_fails_at_once(serve_pool, carrier, database, record):
    desk = serve_pool(DATABASE_POOL=2, DATABASE_POOL_WAITING=1, DATABASE_POOL_TIMEOUT_S=60)
    carrier.answer_next(1)
    assert desk.ask(PRICE).statuses() == {200: 1}  # or they would wait for the pool to fill
    desk.server.process.wait_until(lambda: database.connections() == 2)
    holding = desk.ask_at_once(2, PRICE)
    carrier.wait_for(2)

    others = desk.ask_at_once(3, PRICE)
    desk.server.process.wait_until(lambda: others.answered() == 2)  # one waits
    carrier.let_go()

    assert holding.statuses() == {200: 2}
    assert others.statuses() == {200: 1, 500: 2}
    assert "TooManyRequests" in desk.server.process.log
    record(turned_away=2)
