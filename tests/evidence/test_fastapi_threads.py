"""How many endpoints that are `def` a process of FastAPI runs at once."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from .conftest import wait_until

SNIPPET = Path(__file__).parents[2] / "snippets" / "fastapi_threads"


@pytest.fixture
def service(serve):
    """Give a function that starts the service with so many threads, or as FastAPI has them."""

    def start(threads=""):
        return serve("fastapi-threads", app="app:app", PYTHONPATH=SNIPPET, THREADS=threads)

    return start


def pool_of(service):
    """Return how many threads of the service's pool are taken, and how many requests queue."""
    with urlopen(f"{service.server.url}/threads/", timeout=30) as answer:  # noqa: S310 - our own
        pool = json.load(answer)
    return pool["taken"], pool["queue"]


@pytest.mark.evidence("fastapi-threads")
@pytest.mark.runs("fastapi_threads/app.py")
@pytest.mark.runs("fastapi_threads/fastapi-threads.sh")
def test_a_pool_bounds_the_endpoints_that_are_no_coroutines(service, carrier, record):
    fastapi = service()
    asked = fastapi.ask_at_once(60, "/rates/postal/")

    # The event loop answers though every thread waits for the carrier.
    wait_until(lambda: sum(pool_of(fastapi)) == 60, "60 requests in threads or in the queue")
    carrier.wait_for(40)
    taken, queue = pool_of(fastapi)
    assert (taken, queue, carrier.calls) == (40, 20, 40)

    # What is `def` and needs a moment only has to wait for a thread like all others.
    health = fastapi.ask("/health/")
    wait_until(lambda: pool_of(fastapi) == (40, 21), "the health check in the queue")
    assert health.answered() == 0
    carrier.let_go()

    assert asked.statuses() == {200: 60}
    assert health.statuses() == {200: 1}
    record(requests=60, threads=taken, queue=queue)


@pytest.mark.evidence("fastapi-threads")
def test_the_bound_is_a_number_that_can_be_set(service, carrier, record):
    fastapi = service(threads=60)
    asked = fastapi.ask_at_once(70, "/rates/postal/")

    wait_until(lambda: sum(pool_of(fastapi)) == 70, "70 requests in threads or in the queue")
    carrier.wait_for(60)
    taken, queue = pool_of(fastapi)
    carrier.let_go()

    assert asked.statuses() == {200: 70}
    assert (taken, queue) == (60, 10)
    record(set=taken)
