"""What a request sees that finds every connection of the pool lent."""

from pathlib import Path

import pytest

PRICE = "/api/parcels/DX00000042/price/"
"""Asks the database for a parcel, then a carrier for its price."""
SNIPPETS = Path(__file__).parents[2] / "snippets"


@pytest.mark.evidence("pool-full")
def test_a_request_that_waits_too_long_for_a_connection_fails_and_the_others_do_not(
    serve, carrier, database, record
):
    settings = {"DJANGO_SETTINGS_MODULE": "database.pool_settings", "PYTHONPATH": SNIPPETS}
    bounds = {"DATABASE_POOL": 2, "DATABASE_POOL_TIMEOUT_S": 0.3}
    desk = serve("uvicorn", DATABASE_URL=database.url, **settings, **bounds)
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
