"""Where a request waits that no thread has taken: with the kernel, or in a worker process."""

import pytest

from .listening import unaccepted


@pytest.mark.evidence("backlog")
def test_a_sync_worker_leaves_the_queue_to_the_kernel_and_gthread_takes_it_in(
    serve, carrier, record
):
    sync, gthread = serve("gunicorn-sync"), serve("gunicorn-gthread", THREADS=2)
    before_sync = sync.ask_at_once(10, "/rates/one/")
    carrier.wait_for(1)
    before_gthread = gthread.ask_at_once(10, "/rates/one/")
    carrier.wait_for(1 + 2)

    gthread.wait_until(lambda: unaccepted(gthread.server.port) == 0)
    sync.wait_until(lambda: unaccepted(sync.server.port) == 9)
    # Ten have come to each server, and this is all that Django has seen of them.
    assert carrier.calls == 1 + 2
    carrier.let_go()

    assert before_sync.statuses() == before_gthread.statuses() == {200: 10}
    record(requests=10, kernel=9, threads=2, worker=10 - 2)


@pytest.mark.evidence("backlog")
def test_worker_connections_bounds_what_gthread_takes_in(serve, carrier):
    gthread = serve(
        "gunicorn-gthread", THREADS=2, GUNICORN_CMD_ARGS="--worker-connections 4 --keep-alive 0"
    )
    asked = gthread.ask_at_once(10, "/rates/one/")
    carrier.wait_for(2)

    gthread.wait_until(lambda: unaccepted(gthread.server.port) == 6)
    carrier.let_go()

    assert asked.statuses() == {200: 10}


@pytest.mark.evidence("busy-worker")
def test_a_request_waits_for_a_busy_worker_while_another_is_idle(serve, carrier):
    desk = serve("gunicorn-gthread", WORKERS=2, THREADS=1)
    held = desk.ask("/rates/one/")
    carrier.wait_for(1)

    # A worker with one thread answers in the order of arrival. So where a later request is answered
    # first, two workers have taken them, and the earlier one waits behind the one that is held.
    asked = []

    def is_one_overtaken():
        asked.append(desk.ask("/health/"))
        assert len(asked) < 500, "an idle worker has taken all of them"
        latest_first = [one.answered() for one in reversed(asked)]
        return any(latest_first) and not all(latest_first[latest_first.index(True) :])

    desk.wait_until(is_one_overtaken)
    assert held.answered() == 0
    carrier.let_go()
    assert held.statuses() == {200: 1}


@pytest.mark.evidence("queue-left")
def test_a_request_whose_client_left_the_queue_is_run_all_the_same(serve, carrier, record):
    sync = serve("gunicorn-sync")
    held = sync.ask("/rates/one/")
    carrier.wait_for(1)
    queued = sync.ask_at_once(5, "/rates/one/")
    sync.wait_until(lambda: unaccepted(sync.server.port) == 5)

    queued.leave()
    carrier.let_go()

    assert held.statuses() == {200: 1}
    carrier.wait_for_all(1 + 5)
    record(left=5, run=carrier.calls - 1)
