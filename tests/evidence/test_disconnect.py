"""What becomes of a view whose client leaves."""

import sys

import pytest

from .asgi_stage import ASGI_SERVERS, STAGE, count_of
from .conftest import wait_until


@pytest.mark.evidence("disconnect")
def test_when_its_client_leaves_an_async_view_ends_and_a_sync_view_goes_on(serve, carrier, record):
    server = serve("uvicorn")

    record(**carriers_asked(server, carrier))


@pytest.mark.evidence("disconnect")
@pytest.mark.parametrize("name", ASGI_SERVERS[1:])
def test_it_is_so_on_every_asgi_server(serve, carrier, name):
    carriers_asked(serve(name), carrier)


def carriers_asked(server, carrier):
    """Return how many carriers each kind of view asks; both ask five in turn."""
    # The client leaves while the first is asked.
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
    return calls


@pytest.mark.evidence("disconnect")
@pytest.mark.parametrize("name", ASGI_SERVERS)
def test_finally_runs_in_a_stream_whose_client_leaves(serve, carrier, name):
    server = serve(name, **STAGE)
    client = server.ask("/async/")
    carrier.wait_for(1)
    assert count_of(server, "watchers") == 1

    client.leave()

    carrier.wait_for_hang_up()
    wait_until(lambda: count_of(server, "watchers") == 0, "the end of the stream")


@pytest.mark.evidence("disconnect-sync-mw")
def test_behind_a_sync_only_middleware_it_is_canceled_too_and_the_log_is_full_of_it(
    serve, carrier, record
):
    tracebacks = {}
    for name, middleware in (("with", "stage_urls.sync_only"), ("without", "")):
        server = serve("uvicorn", **STAGE, STAGE_FIRST=middleware)
        before = carrier.hung_up
        for left in range(1, 4):
            client = server.ask("/rates/five/sequence/async/")
            carrier.wait_for(1)
            client.leave()
            carrier.wait_for_hang_up(before + left)
        server.ask("/health/").statuses()
        tracebacks[name] = server.server.process.log.count("CancelledError exception in shielded")

    assert carrier.calls == 6  # the first of five carriers, each time
    if sys.version_info >= (3, 14):
        assert tracebacks == {"with": 3, "without": 0}
    record(left=3, tracebacks=tracebacks["with"], without=tracebacks["without"])


@pytest.mark.evidence("shield")
@pytest.mark.runs("asgi/leaving.py")
def test_a_shielded_task_goes_on_when_the_client_leaves(serve, carrier, record):
    server = serve("uvicorn", **STAGE)
    client = server.ask("/shield/")
    carrier.wait_for(1)

    client.leave()
    server.ask("/health/").statuses()
    carrier.let_go()
    carrier.wait_for_all(3)

    assert carrier.hung_up == 0
    record(calls=3)


@pytest.mark.evidence("shield")
def test_a_server_that_stops_ends_a_shielded_task(serve, carrier, record):
    server = serve("uvicorn", **STAGE)
    client = server.ask("/shield/")
    carrier.wait_for(1)
    client.leave()
    server.ask("/health/").statuses()

    server.server.stop()

    carrier.wait_for_hang_up()
    assert carrier.calls == 1
    record(stopped=1)


@pytest.mark.evidence("stream-no-wait")
def test_a_stream_that_never_waits_does_not_notice_that_its_client_has_left(serve, record):
    server = serve("uvicorn", **STAGE)
    made = {}
    for name, path in (("waits-not", "/never-waits/"), ("takes-turns", "/takes-turns/")):
        # Nobody reads, so uvicorn lets the stream wait as soon as the sockets are full.
        client = server.ask(path)
        client.wait_for_parts(1)
        wait_until(lambda: 0 < count_of(server, "made") < 1000, "a stream that has begun")
        client.leave()
        made[name] = made_in_the_end(server)

    assert made["waits-not"] == 1000
    assert made["takes-turns"] < 500
    record(**made, parts=1000)


def made_in_the_end(server):
    """Return how many parts were made when no more are."""
    seen = [-1]

    def is_at_rest():
        seen.append(count_of(server, "made"))
        return seen[-1] == seen[-2]

    wait_until(is_at_rest, "the end of the stream")
    return seen[-1]
