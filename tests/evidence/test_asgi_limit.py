"""What a limit makes of requests beyond it, on each ASGI server and within Django."""

import socket
import time
from contextlib import ExitStack

import pytest

from .asgi_stage import STAGE
from .conftest import wait_until

A_WHILE_S = 0.3  # in which a server with no limit would have begun long since


@pytest.mark.evidence("asgi-limit")
def test_beyond_its_limit_the_server_refuses_at_once(serve, carrier, record):
    server = serve("uvicorn-limited", LIMIT=20)
    taken = server.ask_at_once(19, "/rates/one/")
    carrier.wait_for(19)

    # The twentieth connection reaches the limit. None of the first 19 has ended yet.
    refused = server.ask_at_once(31, "/rates/one/").statuses()
    carrier.let_go()

    assert refused == {503: 31}
    assert taken.statuses() == {200: 19}
    # Nothing is in progress any more, but a connection that is kept open counts as well.
    assert server.ask("/health/").statuses() == {503: 1}
    record(limit=20, requests=19 + 31, refused=31)


@pytest.mark.evidence("granian-limit")
def test_beyond_its_limit_granian_leaves_connections_in_the_queue(serve, carrier, record):
    server = serve("granian-async", LIMIT=5)
    taken = server.ask_at_once(5, "/rates/one/async/")
    carrier.wait_for(5)
    queued = server.ask_at_once(3, "/rates/one/async/")
    time.sleep(A_WHILE_S)
    in_progress = carrier.calls

    carrier.let_go()
    assert taken.statuses() == {200: 5}
    # The connections are still open, though nothing is in progress on them.
    assert queued.answered() == 0
    taken.leave()

    assert queued.statuses() == {200: 3}
    assert in_progress == 5
    record(limit=5, in_progress=in_progress)


@pytest.mark.evidence("granian-limit")
def test_connections_that_say_nothing_take_places_of_granian(serve):
    server = serve("granian-async", LIMIT=5)
    with ExitStack() as leaving:
        silent = [
            leaving.enter_context(socket.create_connection(("127.0.0.1", server.server.port)))
            for _ in range(5)
        ]
        asked = server.ask("/health/")
        time.sleep(A_WHILE_S)
        assert asked.answered() == 0
        silent.pop().close()

        assert asked.statuses() == {200: 1}


@pytest.mark.evidence("asgi-no-limit")
@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("gunicorn-asgi", {"GUNICORN_CMD_ARGS": "--worker-connections 5"}),
        ("hypercorn", {}),
        ("daphne", {}),
    ],
)
def test_these_servers_begin_whatever_comes(serve, carrier, name, setting):
    server = serve(name, **setting)
    asked = server.ask_at_once(50, "/rates/one/async/")

    carrier.wait_for(50)
    carrier.let_go()

    assert asked.statuses() == {200: 50}


@pytest.mark.evidence("view-limit")
@pytest.mark.runs("asgi/at_most.py")
def test_a_limit_within_django_lets_some_run_some_wait_and_refuses_the_rest(serve, carrier, record):
    server = serve("uvicorn", **STAGE)
    first = server.ask_at_once(20, "/at-most/")
    carrier.wait_for(20)
    then = server.ask_at_once(30, "/at-most/")

    wait_until(lambda: then.answered() == 20, "20 refusals")
    assert carrier.calls == 20
    assert server.ask("/health/").statuses() == {200: 1}  # only that view is full
    carrier.let_go()

    assert first.statuses() == {200: 20}
    assert then.statuses() == {200: 10, 503: 20}
    record(running=20, waiting=10, refused=20)


@pytest.mark.evidence("view-limit")
def test_who_leaves_while_waiting_makes_room_for_another(serve, carrier):
    server = serve("uvicorn", **STAGE)
    server.ask_at_once(20, "/at-most/")
    carrier.wait_for(20)
    waiting = server.ask_at_once(11, "/at-most/")
    wait_until(lambda: waiting.answered() == 1, "a full queue")

    waiting.leave()
    server.ask("/health/").statuses()  # by now the server knows
    others = server.ask_at_once(11, "/at-most/")
    wait_until(lambda: others.answered() == 1, "a queue that is full again")
    carrier.let_go()

    assert others.statuses() == {200: 10, 503: 1}


BOUND = STAGE | {"STAGE_FIRST": "within.within"}


@pytest.mark.evidence("request-bound")
@pytest.mark.runs("asgi/within.py")
def test_a_time_out_around_a_request_cancels_an_async_view_and_not_a_sync_one(
    serve, carrier, record
):
    server = serve("uvicorn", **BOUND)

    assert server.ask("/rates/one/async/").statuses() == {503: 1}
    carrier.wait_for_hang_up()
    assert server.ask("/rates/one/").statuses() == {503: 1}
    goes_on = carrier.calls - carrier.hung_up
    carrier.let_go()

    assert goes_on == 1
    record(goes_on=goes_on)


@pytest.mark.evidence("request-bound")
def test_it_does_not_bound_a_stream(serve, carrier):
    server = serve("uvicorn", **BOUND)
    stream = server.ask("/async/")
    carrier.wait_for(1)

    # What began later has run into the same time-out since.
    assert server.ask("/rates/one/async/").statuses() == {503: 1}
    carrier.let_go()

    assert stream.statuses() == {200: 1}
