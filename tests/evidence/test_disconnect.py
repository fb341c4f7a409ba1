"""What becomes of a view whose client leaves."""

import pytest


@pytest.mark.evidence("disconnect")
def test_when_its_client_leaves_an_async_view_ends_and_a_sync_view_goes_on(serve, carrier, record):
    server = serve("uvicorn")

    # Both views ask five carriers in turn. The client leaves while the first is asked.
    client = server.ask("/rates/five/sequence/async/")
    carrier.wait_for(1)
    client.leave()
    carrier.wait_for_hang_up()  # CancelledError, raised in the view, closed its call
    calls = {"async": carrier.calls}

    client = server.ask("/rates/five/sequence/")
    carrier.wait_for(1)
    client.leave()
    server.ask("/health/").statuses()  # what came before this, the server knows by now
    carrier.let_go()
    carrier.wait_for_all(calls["async"] + 5)
    calls["sync"] = carrier.calls - calls["async"]

    assert calls == {"async": 1, "sync": 5}
    record(**calls)
