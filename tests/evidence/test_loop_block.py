"""A call that blocks in an async view takes the event loop from everybody."""

import pytest


@pytest.mark.evidence("loop-block")
def test_one_blocking_call_stops_every_other_request(serve, carrier, record):
    blocked, free = serve("uvicorn"), serve("uvicorn")
    blocking = blocked.ask("/rates/one/blocking/")
    awaiting = free.ask("/rates/one/async/")
    carrier.wait_for(2)  # each server has one async view that waits for the carrier

    waiting = blocked.ask_at_once(20, "/health/")
    # The twin, asked later, shows that there was time enough to answer.
    assert free.ask_at_once(20, "/health/").statuses() == {200: 20}
    answered = waiting.answered()
    carrier.let_go()

    assert answered == 0
    assert waiting.statuses() == {200: 20}
    assert blocking.statuses() == awaiting.statuses() == {200: 1}
    record(answered=answered, waiting=20)
