"""What comes to a full accept queue: nothing is refused over TCP, everything over a Unix socket."""

import socket
import sys
import tempfile
from http.client import HTTPConnection
from pathlib import Path

import pytest

from crossroads.services.process import Process

from .conftest import APP, DEPLOYED, ROOT
from .listening import unaccepted

PAIR = ROOT / "snippets" / "deploy" / "nginx-pair.conf"
BACKLOG = 4
HELD = BACKLOG + 1
"""Linux holds one more than it is told to."""


@pytest.mark.evidence("backlog-full")
def test_a_full_queue_is_a_connection_that_hangs_and_a_504(serve, carrier, nginx, tmp_path, record):
    sync = serve("gunicorn-sync", GUNICORN_CMD_ARGS=f"--backlog {BACKLOG}")
    address = f"127.0.0.1:{sync.server.port}"
    quick = {"proxy_connect_timeout 2s": "proxy_connect_timeout 200ms"}
    proxy = nginx(PAIR, {"WSGI": address, "ASGI": address, "STATIC": tmp_path}, instead=quick)
    held = sync.ask("/rates/one/")
    carrier.wait_for(1)
    queued = sync.ask_at_once(HELD, "/rates/one/")
    sync.wait_until(lambda: unaccepted(sync.server.port) == HELD)

    with socket.socket() as late:
        late.settimeout(0)
        late.connect_ex(("127.0.0.1", sync.server.port))
        status = status_of(proxy)
        assert status == 504
        assert "while connecting to upstream" in proxy.processes[0].log
        # Meanwhile a client without a proxy has been told nothing, neither yes nor no.
        assert not is_connected(late)
        assert late.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0

        carrier.let_go()
        assert held.statuses() == {200: 1}
        assert queued.statuses() == {200: HELD}
        # It asks again by itself.
        sync.wait_until(lambda: is_connected(late))
    record(queued=HELD, backlog=BACKLOG, status=status)


@pytest.mark.evidence("backlog-full")
def test_over_a_unix_socket_it_is_a_502(unix_server, carrier, nginx, record):
    path, ask = unix_server
    proxy = nginx(PAIR, {"WSGI": f"unix:{path}", "ASGI": f"unix:{path}", "STATIC": path.parent})
    ask("/rates/one/")
    carrier.wait_for(1)
    for _ in range(HELD):
        ask("/rates/one/")

    with pytest.raises(BlockingIOError):
        ask("/health/")
    status = status_of(proxy)

    assert status == 502
    assert "Resource temporarily unavailable" in proxy.processes[0].log
    carrier.let_go()
    record(unix=status)


def status_of(proxy):
    line = HTTPConnection("127.0.0.1", proxy.port, timeout=30)
    try:
        line.request("GET", "/health/")
        return line.getresponse().status
    finally:
        line.close()


def is_connected(line):
    try:
        line.getpeername()
    except OSError:
        return False
    return True


@pytest.fixture
def unix_server(carrier):
    """Start a sync worker on a Unix socket; return its path, and what sends a request to it."""
    options = ["--backlog", str(BACKLOG), "--no-control-socket"]
    lines = []
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        path = Path(folder) / "socket"

        def ask(wanted):
            line = socket.socket(socket.AF_UNIX)
            lines.append(line)
            line.settimeout(0)
            line.connect(str(path))
            line.send(b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % wanted.encode())

        program = Path(sys.executable).with_name("gunicorn")
        with Process.start(
            [program, "--bind", f"unix:{path}", *options, "config.wsgi:application"],
            name="gunicorn",
            cwd=APP,
            env=DEPLOYED | {"CARRIERS_URL": carrier.url, "PATH": "/usr/bin:/bin"},
        ) as process:
            process.wait_until(lambda: "Booting worker" in process.log)
            yield path, ask
            for line in lines:
                line.close()
