"""Who closes a connection that is kept for the next request, and what a proxy makes of it."""

import os
import signal
from http.client import HTTPConnection

import psutil
import pytest

from .conftest import ROOT, wait_until

PAIR = ROOT / "snippets" / "deploy" / "nginx-pair.conf"


@pytest.mark.evidence("keep-alive")
def test_a_server_closes_a_kept_connection_after_its_own_time(serve, keep):
    """A twin of gthread keeps it longer; the clients say nothing more."""
    twin = keep(serve("gunicorn-gthread", GUNICORN_CMD_ARGS="--keep-alive 75"))
    gthread = keep(serve("gunicorn-gthread", GUNICORN_CMD_ARGS="--keep-alive 1"))
    uvicorn = keep(serve("uvicorn", UVICORN_TIMEOUT_KEEP_ALIVE="1"))

    assert gthread.sock.recv(1) == b""
    assert uvicorn.sock.recv(1) == b""
    twin.request("GET", "/health/")
    assert status_of(twin) == 200


@pytest.mark.evidence("keep-alive")
def test_a_kept_connection_holds_no_thread(serve, keep, record):
    desk = serve("gunicorn-gthread", THREADS=2, GUNICORN_CMD_ARGS="--keep-alive 75")
    kept = [keep(desk) for _ in range(20)]

    assert desk.ask_at_once(2, "/health/").statuses() == {200: 2}
    for line in kept:  # and each of them is still there
        line.request("GET", "/health/")
        assert status_of(line) == 200
    record(kept=20, threads=2)


@pytest.mark.evidence("keep-alive")
def test_a_sync_worker_keeps_none(keep, serve):
    assert keep(serve("gunicorn-sync")).sock is None


@pytest.mark.evidence("keep-alive-502")
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_request_that_meets_a_closing_connection_is_a_502_unless_it_is_sent_again(  # noqa: PLR0913, PLR0917
    serve, nginx, keep, method, tmp_path, record
):
    desk = serve("gunicorn-gthread", GUNICORN_CMD_ARGS="--keep-alive 1")
    address = f"127.0.0.1:{desk.server.port}"
    proxy = nginx(PAIR, {"WSGI": address, "ASGI": address, "STATIC": tmp_path})
    line = keep(proxy)  # and nginx keeps one to gunicorn, for longer than gunicorn does
    (worker,) = psutil.Process(proxy.processes[0].pid).children()

    # To have both at the same moment, nginx is stopped until they have happened.
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        line.request(method, "/health/")
        wait_until(lambda: closed_by(desk, worker), "gunicorn to close the connection")
    finally:
        os.kill(worker.pid, signal.SIGCONT)

    status = status_of(line)
    assert "upstream prematurely closed connection" in proxy.processes[0].log
    assert status == {"POST": 502, "GET": 200}[method]
    record(**{method.lower(): status})


def closed_by(desk, client):
    """Return whether a client's connection to the server was closed at the other end."""
    ends = [end for end in client.net_connections("tcp") if end.raddr]
    return any(
        end.status == psutil.CONN_CLOSE_WAIT and end.raddr.port == desk.server.port for end in ends
    )


@pytest.fixture
def keep():
    """Give a function that sends a request, reads its answer, and keeps the connection."""
    lines = []

    def keep(server):
        line = HTTPConnection("127.0.0.1", getattr(server, "server", server).port, timeout=30)
        lines.append(line)
        line.request("GET", "/health/")
        assert status_of(line) == 200
        return line

    yield keep
    for line in lines:
        line.close()


def status_of(line):
    with line.getresponse() as answer:
        answer.read()
        return answer.status
