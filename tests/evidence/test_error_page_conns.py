"""Who closes the connection of a query that a page for 404 makes."""

from pathlib import Path

import pytest


@pytest.fixture
def miss(serve, carrier, database):
    """Give a function that returns the connections that five 404s leave, and whose they were."""

    def miss(script, interface, **env):
        folder = Path(__file__).parent
        app = f"database_views:{interface}"
        desk = serve(script, app=app, PYTHONPATH=folder, DATABASE_URL=database.url, **env)
        asked = desk.ask_at_once(5, "/nowhere/")
        carrier.wait_for(5)  # each has its query behind it
        held = database.connections()
        carrier.let_go()
        assert asked.statuses() == {404: 5}
        # These close what is theirs, and do not find what is not.
        assert desk.ask_at_once(5, "/query/").statuses() == {200: 5}
        return desk, held

    return miss


@pytest.mark.evidence("error-page-conns")
def test_under_asgi_a_404_that_asks_the_database_leaves_a_connection(miss, database, record):
    desk, held = miss("uvicorn", "asgi")

    assert held == 5
    desk.server.process.wait_until(lambda: database.connections() <= 5)
    assert database.connections() == 5
    record(requests=5, asgi=5)


@pytest.mark.evidence("error-page-conns")
def test_under_wsgi_it_leaves_none(miss, database, record):
    desk, held = miss("gunicorn-gthread", "wsgi", THREADS=5)

    assert held == 5
    desk.server.process.wait_until(lambda: database.connections() == 0)
    record(wsgi=0)


@pytest.mark.evidence("error-page-conns")
def test_under_asgi_a_pool_runs_dry(serve, carrier, database, record):
    here = Path(__file__).parent
    folders = f"{here}:{here.parents[1] / 'snippets'}"
    settings = {"DJANGO_SETTINGS_MODULE": "database.pool_settings", "PYTHONPATH": folders}
    bounds = {"DATABASE_POOL": 5, "DATABASE_POOL_TIMEOUT_S": 0.3}
    app = "database_views:asgi"
    desk = serve("uvicorn", app=app, DATABASE_URL=database.url, **settings, **bounds)
    asked = desk.ask_at_once(5, "/nowhere/")
    carrier.wait_for(5)
    carrier.let_go()
    assert asked.statuses() == {404: 5}

    # No request is in progress, and none can have a connection.
    assert desk.ask_at_once(3, "/query/").statuses() == {500: 3}
    assert "PoolTimeout" in desk.server.process.log
    record(starved=3)
