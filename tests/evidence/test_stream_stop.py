"""What a server that is told to stop does with an open stream."""

import os
import signal
import socket

import pytest

from .asgi_stage import ASGI_SERVERS, STAGE
from .conftest import wait_until


def stop(desk):
    """Tell a server to stop, and return when it lets nobody in."""
    os.kill(desk.server.process.pid, signal.SIGTERM)
    wait_until(lambda: not lets_in(desk.server.port), "a closed door")


def lets_in(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:  # closed, or with hypercorn full and nobody takes from it
        return False
    return True


@pytest.mark.evidence("stream-stop")
@pytest.mark.parametrize("name", [name for name in ASGI_SERVERS if name != "daphne"])
def test_an_open_stream_keeps_a_server_from_ending(serve, carrier, name):
    desk = serve(name, **STAGE)
    stream = desk.ask("/async/")
    carrier.wait_for(1)

    stop(desk)
    carrier.let_go()

    assert stream.statuses() == {200: 1}  # to its last part
    wait_until(lambda: not desk.server.process.is_running(), "the end of the server")


@pytest.mark.evidence("stream-stop")
def test_daphne_cuts_it_off(serve, carrier):
    desk = serve("daphne", **STAGE)
    desk.ask("/async/")
    carrier.wait_for(1)

    stop(desk)

    carrier.wait_for_hang_up()
    wait_until(lambda: not desk.server.process.is_running(), "the end of the server")


@pytest.mark.evidence("stream-stop")
@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("uvicorn-limited", {"GRACE_S": "1"}),
        ("gunicorn-asgi", {"GUNICORN_CMD_ARGS": "--graceful-timeout 1"}),
        ("granian-asgi", {"GRANIAN_WORKERS_KILL_TIMEOUT": "1"}),
    ],
)
def test_with_a_limit_the_server_ends_before_the_stream(serve, carrier, name, limit):
    desk = serve(name, **STAGE, **limit)
    desk.ask("/async/")
    carrier.wait_for(1)

    stop(desk)

    wait_until(lambda: not desk.server.process.is_running(), "the end of the server")
    carrier.wait_for_hang_up()
