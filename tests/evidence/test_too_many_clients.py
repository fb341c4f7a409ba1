"""Who is turned away when requests need more connections than PostgreSQL allows."""

import psycopg
import pytest

PRICE = "/api/parcels/DX00000042/price/"
"""Asks the database for a parcel, then a carrier for its price."""


@pytest.fixture
def too_many(database):
    """Return twenty requests more than PostgreSQL allows connections."""
    with psycopg.connect(database.url) as connection:
        allowed = connection.execute("SELECT current_setting('max_connections')::int").fetchone()[0]
    database.wait_until_alone()
    return allowed + 20


@pytest.mark.evidence("too-many-clients")
def test_requests_without_a_bound_are_turned_away_by_postgresql(
    serve, carrier, database, too_many, record
):
    desk = serve("uvicorn", DATABASE_URL=database.url)
    asked = desk.ask_at_once(too_many, PRICE)

    carrier.wait_for(database.connections())
    desk.server.process.wait_until(
        lambda: asked.answered() + carrier.calls == too_many, deadline_s=30
    )
    refused = asked.answered()
    carrier.let_go()

    assert asked.statuses() == {200: too_many - refused, 500: refused}
    assert refused >= 20
    assert "sorry, too many clients already" in desk.server.process.log
    record(requests=too_many, allowed=too_many - 20, refused=refused)


@pytest.mark.evidence("too-many-clients")
@pytest.mark.parametrize(
    ("name", "script", "env"),
    [("wsgi", "gunicorn-gthread", {"THREADS": 8}), ("pool", "uvicorn", {"DATABASE_POOL": 8})],
)
def test_requests_that_wait_for_a_thread_or_a_pool_are_all_answered(  # noqa: PLR0913, PLR0917
    serve, carrier, database, too_many, record, name, script, env
):
    desk = serve(script, DATABASE_URL=database.url, **env)
    asked = desk.ask_at_once(too_many, PRICE)

    carrier.wait_for(8)
    carrier.let_go()

    assert asked.statuses() == {200: too_many}
    record(**{name: 0})
