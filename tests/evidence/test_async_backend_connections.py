"""Which connections django-async-backend takes, and which transactions they are in."""

from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
SNIPPETS = HERE.parents[1] / "snippets"
REQUESTS = 10


@pytest.fixture
def desk(serve, database):
    """Give a function that starts a desk which tells the connections of its queries."""

    def start(script="uvicorn", **env):
        return serve(
            script,
            ASYNC_ORM=1,
            DATABASE_URL=database.url,
            DJANGO_SETTINGS_MODULE="async_connections",
            PYTHONPATH=f"{HERE}:{SNIPPETS}",
            **env,
        )

    return start


def pids(desk):
    """Return the connections of several requests, one after another."""
    return {httpx.get(f"{desk.server.url}/pid/").json()["async"] for _ in range(REQUESTS)}


@pytest.mark.evidence("async-backend-connects")
def test_without_its_pool_each_request_connects_anew(desk, database, record):
    alone = desk(WITHOUT_POOL=1)
    anew = len(pids(alone))
    alone.server.process.wait_until(lambda: database.connections() == 0)

    pooled = len(pids(desk(ASYNC_POOL=1)))

    assert anew == REQUESTS
    assert pooled == 1
    record(requests=REQUESTS, without=anew, pool=pooled)


@pytest.mark.evidence("async-backend-transactions")
def test_a_transaction_is_seen_by_the_async_connection_alone(desk, record):
    found = httpx.get(f"{desk().server.url}/both/").json()

    assert found["async"] == 1
    assert found["sync"] == 0
    assert found["after"] == 0
    record(connections=len(set(found["connections"])))


@pytest.mark.evidence("async-backend-nested")
def test_who_holds_the_last_connection_waits_for_another_in_vain(desk):
    one, two = (desk(ASYNC_POOL=size, ASYNC_TIMEOUT_S=1) for size in (1, 2))

    statuses = [httpx.get(f"{asked.server.url}/nested/").status_code for asked in (one, two)]

    assert statuses == [500, 200]
    assert "couldn't get a connection" in one.server.process.log


@pytest.mark.evidence("async-backend-wsgi")
def test_under_wsgi_each_request_leaves_a_connection(desk, database, record):
    assert len(pids(desk("gunicorn-gthread", WITHOUT_POOL=1))) == REQUESTS

    # One of them may be collected as garbage, and be closed by that.
    left = database.connections()
    assert left > REQUESTS / 2
    record(requests=REQUESTS, left=left)


@pytest.mark.evidence("async-backend-wsgi")
def test_under_wsgi_a_pool_of_one_serves_the_first_request_alone(desk):
    under_wsgi = desk("gunicorn-gthread", ASYNC_POOL=1, ASYNC_TIMEOUT_S=1)

    statuses = [httpx.get(f"{under_wsgi.server.url}/pid/").status_code for _ in range(2)]

    assert statuses == [200, 500]
    assert "couldn't get a connection" in under_wsgi.server.process.log
