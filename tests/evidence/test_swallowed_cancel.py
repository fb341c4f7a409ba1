"""A view that catches everything does not notice that its client has left."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
VIEWS = {"PYTHONPATH": f"{HERE}:{HERE.parents[1] / 'snippets'}"}


@pytest.mark.evidence("swallowed-cancel")
@pytest.mark.runs("traps/swallowed.py")
def test_a_view_that_catches_everything_goes_on_for_nobody(serve, carrier, record):
    server = serve("uvicorn", app="trap_views:application", **VIEWS)

    # Each view asks five carriers in turn. The client leaves while the first is asked.
    client = server.ask("/let-pass/")
    carrier.wait_for(1)
    client.leave()
    carrier.wait_for_hang_up()
    server.ask("/health/").statuses()
    calls = {"passed": carrier.calls}

    client = server.ask("/swallowed/")
    carrier.wait_for(1)
    client.leave()
    carrier.wait_for_hang_up(2)
    carrier.let_go()
    carrier.wait_for_all(calls["passed"] + 5)
    calls["swallowed"] = carrier.calls - calls["passed"]

    assert calls == {"passed": 1, "swallowed": 5}
    record(**calls)
