"""A connection that is open and silent holds a thread of gthread."""

import socket
from contextlib import ExitStack

import pytest


@pytest.mark.evidence("idle-connection")
def test_silent_connections_hold_the_threads_of_gthread(serve, connect, record):
    held, free = (serve("gunicorn-gthread", THREADS=2) for _ in range(2))
    silent = [connect(held) for _ in range(2)]

    waiting = held.ask("/health/")
    # The twin has no silent connections. It is asked later, and answers.
    assert free.ask("/health/").statuses() == {200: 1}
    assert waiting.answered() == 0

    for connection in silent:
        connection.close()
    assert waiting.statuses() == {200: 1}
    record(threads=2, silent=2)


@pytest.fixture
def connect():
    """Give a function that opens a connection and sends nothing."""
    with ExitStack() as leaving:
        yield lambda desk: leaving.enter_context(
            socket.create_connection(("127.0.0.1", desk.server.port))
        )
