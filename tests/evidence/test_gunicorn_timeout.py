"""gunicorn's `timeout` is a limit for requests under sync workers only."""

import pytest


@pytest.mark.evidence("gunicorn-timeout")
def test_timeout_ends_a_slow_request_of_a_sync_worker_only(serve, carrier):
    gthread = serve("gunicorn-gthread", GUNICORN_CMD_ARGS="--timeout 1")
    sync = serve("gunicorn-sync", GUNICORN_CMD_ARGS="--timeout 2")
    in_gthread = gthread.ask("/rates/one/")
    carrier.wait_for(1)
    in_sync = sync.ask("/rates/one/")
    carrier.wait_for(2)

    # The one that was asked later and may take longer is ended, in the middle of its call.
    carrier.wait_for_hang_up()
    assert in_sync.statuses() == {500: 1}
    assert in_gthread.answered() == 0

    carrier.let_go()
    assert in_gthread.statuses() == {200: 1}
