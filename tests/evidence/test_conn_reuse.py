"""Which later request finds the connection of an earlier one."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest


@pytest.fixture
def sessions_of_20(serve, carrier, database):
    """Give a function that returns how many sessions of PostgreSQL 20 requests used."""

    def ask_20(script, interface, **env):
        folder = Path(__file__).parent
        app = f"database_views:{interface}"
        desk = serve(script, app=app, PYTHONPATH=folder, DATABASE_URL=database.url, **env)
        first = desk.ask_at_once(4, "/query/")
        carrier.wait_for(4)  # every thread of gthread is used
        carrier.let_go()
        assert first.statuses() == {200: 4}
        for _ in range(16):
            assert desk.ask("/query/").statuses() == {200: 1}
        with urlopen(f"{desk.server.url}/sessions/") as answer:  # noqa: S310 - of our own server
            return json.load(answer)

    return ask_20


@pytest.mark.evidence("conn-reuse")
def test_threads_that_stay_find_the_connection_that_they_kept(sessions_of_20, record):
    used = sessions_of_20("gunicorn-gthread", "wsgi", THREADS=4, DATABASE_CONN_MAX_AGE=60)

    assert used == 4
    record(requests=20, wsgi=used)


@pytest.mark.evidence("conn-reuse")
def test_without_conn_max_age_each_request_connects(sessions_of_20, record):
    used = sessions_of_20("gunicorn-gthread", "wsgi", THREADS=4)

    assert used == 20
    record(wsgi_closed=used)


@pytest.mark.evidence("conn-reuse")
def test_under_asgi_no_later_request_finds_a_kept_connection(sessions_of_20, record):
    used = sessions_of_20("uvicorn", "asgi", DATABASE_CONN_MAX_AGE=60)

    assert used == 20
    record(asgi=used)


@pytest.mark.evidence("conn-reuse")
def test_under_asgi_a_pool_has_them_for_the_next(sessions_of_20, record):
    used = sessions_of_20("uvicorn", "asgi", DATABASE_POOL=4)

    assert used <= 4
    record(pool=used)
