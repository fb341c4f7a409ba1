"""A WSGI and an ASGI server behind a real nginx, each started with the file that readers copy."""

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crossroads.services.nginx import Nginx
from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import Server, get_status, start_server

ROOT = Path(__file__).parents[2]
APP, DEPLOY = ROOT / "example_app", ROOT / "snippets" / "deploy"
PAIR, CONFIG = DEPLOY / "nginx-pair.conf", DEPLOY / "gunicorn.conf.py"
LIMITED, UNIT = DEPLOY / "uvicorn-limited.sh", DEPLOY / "desk-async.service"
RUN_UNIT = Path(__file__).with_name("run_unit.py")
BIN = Path(sys.executable).parent
DEADLINE_S = 30.0

SETTINGS = {
    "CARRIER_LATENCY_MS": "0",
    "CARRIERS_URL": "",
    "DATABASE_URL": "sqlite://:memory:",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
}
WAITS_LONG = {"CARRIER_LATENCY_MS": "60000"}

in_front = pytest.mark.runs("deploy/nginx-pair.conf")
below = pytest.mark.runs("deploy/gunicorn.conf.py")
beside = pytest.mark.runs("deploy/uvicorn-limited.sh")

type Proxy = Callable[[int, int], int]


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def proxy(nginx: Callable[..., Nginx], tmp_path: Path) -> Proxy:
    """Give a function that starts nginx before two ports and returns its own."""

    def start(wsgi: int, asgi: int) -> int:
        servers = {"WSGI": f"127.0.0.1:{wsgi}", "ASGI": f"127.0.0.1:{asgi}"}
        return nginx(PAIR, {**servers, "STATIC": tmp_path}).port

    return start


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def environment(port: int, **env: str) -> dict[str, str]:
    path = f"{BIN}:{os.environ.get('PATH', os.defpath)}"
    return SETTINGS | {"PATH": path, "PORT": str(port)} | env


def gunicorn(leaving: ExitStack, **env: str) -> int:
    """Start the WSGI side and return its port."""
    port = free_port()
    command = [BIN / "gunicorn", "--config", CONFIG]
    settings = environment(port, WORKERS="1", **env)
    process = Process.start(command, name="gunicorn", env=settings, cwd=APP)
    leaving.callback(process.stop, grace_s=0)
    process.wait_until(lambda: get_status(port, "/health/", DEADLINE_S) == 200)
    return port


def uvicorn(leaving: ExitStack, **env: str) -> Server:
    """Start the ASGI side."""
    server = start_server(LIMITED, cwd=APP, env=SETTINGS | env)
    leaving.callback(server.stop, grace_s=0)
    return server


def ask(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    line = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    try:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


@in_front
@below
@beside
def test_each_path_is_answered_by_its_own_server(proxy: Proxy, leaving: ExitStack) -> None:
    wsgi, asgi = gunicorn(leaving, SHOW_PROCESS="1"), uvicorn(leaving)
    port = proxy(wsgi, asgi.port)
    sync = ["/health/", "/rates/one/", "/rates/one/blocking/", "/rates/five/threads/"]
    waiting = ["/rates/one/async/", "/rates/five/gather/"]

    assert {ask(port, path)[0] for path in (*sync, *waiting)} == {200}
    assert json.loads(ask(port, "/process/")[1])["interface"] == "wsgi"
    asgi.stop()
    assert {ask(port, path)[0] for path in waiting} == {502}
    assert {ask(port, path)[0] for path in sync} == {200}


@in_front
@below
@beside
def test_beyond_the_limit_the_asgi_side_answers_503_and_the_wsgi_side_goes_on(
    proxy: Proxy, leaving: ExitStack
) -> None:
    wsgi, asgi = gunicorn(leaving), uvicorn(leaving, LIMIT="4", **WAITS_LONG)
    port = proxy(wsgi, asgi.port)
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
    for line in lines:
        leaving.callback(line.close)
        line.sendall(b"GET /rates/one/async/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    answered, _, _ = select.select(lines, [], [], DEADLINE_S)

    # Four connections are the limit: three requests wait inside, whichever they are.
    assert [line.recv(12) for line in answered] == [b"HTTP/1.1 503"]
    assert ask(port, "/rates/one/async/")[0] == 503
    assert ask(port, "/rates/one/")[0] == 200


@beside
def test_silent_connections_count_against_the_limit(leaving: ExitStack) -> None:
    server = uvicorn(leaving, LIMIT="4")
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
    for line in silent:
        leaving.callback(line.close)

    assert ask(server.port, "/health/")[0] == 503
    silent.pop().close()
    wait_until(lambda: ask(server.port, "/health/")[0] == 200)


@beside
def test_what_still_streams_does_not_keep_the_asgi_server_from_ending(leaving: ExitStack) -> None:
    server = uvicorn(leaving, GRACE_S="1", **WAITS_LONG)
    line = leaving.enter_context(socket.create_connection(("127.0.0.1", server.port)))
    line.sendall(b"GET /rates/one/async/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    # Of two requests the first is inside once the second is answered.
    assert ask(server.port, "/health/")[0] == 200

    # It ends by itself; what had to be killed would say so.
    assert server.stop(grace_s=DEADLINE_S) == -signal.SIGTERM


@pytest.mark.runs("deploy/desk-async.service")
def test_the_unit_starts_the_asgi_server(tmp_path: Path, leaving: ExitStack) -> None:
    (tmp_path / "app").symlink_to(APP)
    (tmp_path / LIMITED.name).symlink_to(LIMITED)
    port = free_port()
    command = [sys.executable, RUN_UNIT, UNIT, "ExecStart", "/srv/desk", tmp_path]

    process = Process.start(command, name="desk-async", env=environment(port), cwd=tmp_path)
    leaving.callback(process.stop, grace_s=0)

    process.wait_until(lambda: get_status(port, "/health/", DEADLINE_S) == 200)


def test_systemd_understands_the_unit_and_waits_longer_than_the_server(tmp_path: Path) -> None:
    (tmp_path / "app").symlink_to(APP)
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/srv/desk", str(tmp_path)))
    grace = number(r"GRACE_S:-(\d+)", LIMITED)

    assert number(r"TimeoutStopSec=(\d+)", UNIT) > grace
    if analyze := shutil.which("systemd-analyze"):
        command = [analyze, "verify", "--man=no", unit]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def number(pattern: str, path: Path) -> int:
    (found,) = re.findall(pattern, path.read_text())
    return int(found)


def test_the_proxy_drops_a_silent_connection_before_a_server_does() -> None:
    kept = number(r"\bkeepalive_timeout (\d+)s;", PAIR)

    assert kept < number(r"\nkeepalive = (\d+)", CONFIG)
    assert kept < number(r"--timeout-keep-alive (\d+)", LIMITED)


class Upstream(ThreadingHTTPServer):
    """A server that says what it was asked, and whose streams go on when they may."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.may_go_on = threading.Event()
        self.is_done = threading.Event()
        self.has_begun = threading.Semaphore(0)
        self.connections = 0


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        self.server.is_done.clear()
        if self.path in {STREAM, "/elsewhere/stream/"}:
            self.begin("Transfer-Encoding", "chunked")
            self.wfile.write(b"5\r\nfirst\r\n")
            self.server.has_begun.release()
            self.server.may_go_on.wait()
            self.wfile.write(b"4\r\nlast\r\n0\r\n\r\n")
        else:
            body = BIG if self.path == "/big/" else json.dumps(dict(self.headers)).encode()
            self.begin("Content-Length", str(len(body)))
            self.wfile.write(body)
        self.server.is_done.set()

    def begin(self, name: str, value: str) -> None:
        self.send_response(200)
        self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


STREAM = "/api/parcels/manifest/async/"
BIG = b"x" * 50_000_000  # more than the buffers of two sockets hold


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.may_go_on.set()
        server.shutdown()
        thread.join()


@in_front
@pytest.mark.parametrize("path", ["/", "/rates/one/async/", "/rates/five/gather/"])
def test_both_servers_learn_who_asks_and_when_the_request_came(
    proxy: Proxy, upstream: Upstream, path: str
) -> None:
    port = proxy(upstream.server_port, upstream.server_port)
    forged = {"X-Forwarded-For": "10.0.0.1", "X-Request-Start": "t=1", "X-Forwarded-Proto": "https"}
    before = time.time()
    told = json.loads(ask(port, path, **forged, **{"X-Request-ID": "mine"})[1])

    # Nginx reads its clock once per turn of its loop, and cuts it to milliseconds.
    assert before - 1 < float(told["X-Request-Start"].removeprefix("t=")) <= time.time()
    assert re.fullmatch("[0-9a-f]{32}", told["X-Request-ID"])
    assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"]) == ("127.0.0.1", "http")
    assert told["Host"] == "127.0.0.1"


@in_front
def test_the_parts_of_a_stream_come_one_by_one_and_elsewhere_all_at_once(
    proxy: Proxy, upstream: Upstream, leaving: ExitStack
) -> None:
    port = proxy(upstream.server_port, upstream.server_port)
    collected, streamed = (HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S) for _ in range(2))
    for line, path in ((collected, "/elsewhere/stream/"), (streamed, STREAM)):
        leaving.callback(line.close)
        # Compressing is what makes nginx collect the parts.
        line.request("GET", path, headers={"Accept-Encoding": "gzip"})
        upstream.has_begun.acquire()
    answer, zipped = streamed.getresponse(), zlib.decompressobj(wbits=31)

    came = b""
    while came != b"first":
        came += zipped.decompress(answer.read1())
    assert select.select([collected.sock], [], [], 0)[0] == []
    upstream.may_go_on.set()
    assert zipped.decompress(answer.read()) == b"last"
    assert zlib.decompress(collected.getresponse().read(), wbits=31) == b"firstlast"


@in_front
def test_a_silent_client_reaches_no_server(
    proxy: Proxy, upstream: Upstream, leaving: ExitStack
) -> None:
    port = proxy(upstream.server_port, upstream.server_port)
    before = upstream.connections
    for _ in range(20):
        leaving.enter_context(socket.create_connection(("127.0.0.1", port)))

    assert ask(port, "/rates/one/async/")[0] == 200
    assert upstream.connections == before + 1


@in_front
def test_a_client_that_reads_slowly_does_not_hold_the_server(
    proxy: Proxy, upstream: Upstream, leaving: ExitStack
) -> None:
    port = proxy(upstream.server_port, upstream.server_port)
    line = leaving.enter_context(socket.create_connection(("127.0.0.1", port)))
    line.sendall(b"GET /big/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    # Nothing is read, and the server is done.
    assert line.recv(12) == b"HTTP/1.1 200"
    assert upstream.is_done.wait(DEADLINE_S)


@in_front
def test_connections_are_used_again_where_no_limit_counts_them(
    proxy: Proxy, upstream: Upstream
) -> None:
    port = proxy(upstream.server_port, upstream.server_port)

    def opened(path: str) -> int:
        before = upstream.connections
        assert [ask(port, path)[0] for _ in range(5)] == [200] * 5
        return upstream.connections - before

    assert opened("/") <= 1
    assert opened("/rates/one/async/") == 5
