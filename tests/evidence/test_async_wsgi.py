"""An async view is of use under WSGI too: its own waits overlap."""

import pytest


@pytest.mark.evidence("async-wsgi")
def test_an_async_view_overlaps_its_waits_under_wsgi(serve, carrier, record):
    server = serve("gunicorn-gthread", THREADS=1)
    idle = server.threads()
    asked = server.ask("/rates/five/gather/")

    # No carrier answers before all five are asked: one after the other would never get here.
    carrier.wait_for(5)
    busy = server.threads()
    carrier.let_go()

    assert asked.statuses() == {200: 1}
    server.wait_for_threads(idle)
    record(calls=5, threads=busy - idle)
