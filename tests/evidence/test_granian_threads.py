"""A granian WSGI worker bounds its requests at once only where it is told to."""

import pytest


@pytest.mark.evidence("granian-threads")
def test_only_the_option_bounds_the_requests_of_a_granian_worker(serve, carrier, record):
    told = serve("granian-wsgi", THREADS=8)  # --blocking-threads 8
    untold = serve("granian-wsgi-unbounded")  # the same command without that option
    of_told = told.ask_at_once(300, "/rates/one/")
    carrier.wait_for(8)

    # Three times the connections that PostgreSQL allows unless it is told otherwise.
    of_untold = untold.ask_at_once(300, "/rates/one/")
    carrier.wait_for(300 + 8)
    # It was asked later, and has threads for these too. The other one has no ninth.
    assert untold.ask_at_once(100, "/health/").statuses() == {200: 100}
    bounded = carrier.calls - 300
    carrier.let_go()

    assert of_told.statuses() == of_untold.statuses() == {200: 300}
    assert bounded == 8
    record(requests=300, bounded=bounded)
