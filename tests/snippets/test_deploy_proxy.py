"""What nginx does for a server behind it, and what it answers when that server does not."""

import gzip
import itertools
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import Message
from http.client import HTTPConnection, IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from crossroads.services.nginx import Nginx
from crossroads.services.ports import free_port

from .deploy_stage import (
    DEADLINE_S,
    DEPLOY,
    Answer,
    Carrier,
    Visitors,
    ask,
    gunicorn,
    script,
    send,
    start_carrier,
    wait_until,
)
from .push_stage import desk_on, load_desk

WEB, ASGI = DEPLOY / "nginx-web.conf", DEPLOY / "nginx-asgi.conf"
BIG = b"x" * 50_000_000  # more than the buffers of two sockets hold

runs_web = pytest.mark.runs("deploy/nginx-web.conf")
runs_asgi = pytest.mark.runs("deploy/nginx-asgi.conf")

type Before = Callable[..., Nginx]


FLOWS = {"X-Accel-Buffering": "no"}


class Upstream(ThreadingHTTPServer):
    """A server that answers, or fails in the way that the path names."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Behavior)
        self.asked: list[str] = []
        self.told: Message = Message()
        """The head of the newest request."""
        self.may_go_on = threading.Event()


class _Behavior(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.told = self.headers
        match self.path:
            case "/closes/":
                self.close_connection = True  # without an answer
            case "/silent/":
                self.server.may_go_on.wait(DEADLINE_S)
            case "/stops/" | "/flows/" as path:
                self._begin(10, "text/plain", **FLOWS if path == "/flows/" else {})
                self.wfile.write(b"half ")
                self.server.may_go_on.wait(DEADLINE_S)
            case _:
                body = b"{}" * 1000
                self._begin(len(body), "application/json")
                self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def _begin(self, length: int, kind: str, **more: str) -> None:
        self.send_response(200)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.send_header("Content-Type", kind)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield server
        server.may_go_on.set()
        server.shutdown()
        serving.join()


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with start_carrier() as carrier:
        yield carrier


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "desk.log"


@pytest.fixture
def before(nginx: Before, log: Path, tmp_path: Path) -> Before:
    """Give a function that starts nginx before a port, with files in tmp_path."""
    tmp_path.chmod(0o755)

    def start(port: int, **instead: str) -> Nginx:
        settings = {"WSGI": f"127.0.0.1:{port}", "LOG": log, "STATIC": tmp_path, "FILES": tmp_path}
        return nginx(WEB, settings, instead=instead)

    return start


SOON = {"proxy_read_timeout 30s;": "proxy_read_timeout 300ms;"}


@runs_web
def test_a_server_that_is_not_there_is_a_502(before: Before) -> None:
    assert ask(before(free_port()).port, "/").status == 502


@runs_web
@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("POST", 1)])
def test_a_server_that_hangs_up_without_an_answer_is_a_502(
    before: Before, upstream: Upstream, method: str, times: int
) -> None:
    proxy = before(upstream.server_port)
    assert ask(proxy.port, "/").status == 200  # its connection is kept
    line = HTTPConnection("127.0.0.1", proxy.port, timeout=DEADLINE_S)
    line.request(method, "/closes/", body=b"")

    assert Answer(line).status == 502
    # A kept connection may have been closed for its age: what may be repeated is repeated.
    assert upstream.asked.count("/closes/") == times
    line.close()


@runs_web
def test_a_server_that_is_silent_is_a_504(before: Before, upstream: Upstream) -> None:
    assert ask(before(upstream.server_port, **SOON).port, "/silent/").status == 504
    assert upstream.asked.count("/silent/") == 1  # and it is not asked again


@runs_web
def test_an_answer_that_stops_is_cut_off(
    before: Before, upstream: Upstream, leaving: ExitStack
) -> None:
    line = send(leaving, before(upstream.server_port, **SOON).port, "/stops/")

    with line.getresponse() as answer, pytest.raises(IncompleteRead):
        answer.read()
    assert answer.status == 200


@runs_web
def test_a_small_part_is_held_back_unless_the_view_says_otherwise(
    before: Before, upstream: Upstream, leaving: ExitStack
) -> None:
    port = before(upstream.server_port).port
    held, flows = (send(leaving, port, path) for path in ("/stops/", "/flows/"))
    wait_until(lambda: "/stops/" in upstream.asked, "the first request")

    with flows.getresponse() as answer:
        assert answer.read(5) == b"half "
    assert select.select([held.sock], [], [], 0)[0] == []


@runs_web
def test_a_server_whose_queue_is_full_is_a_504(before: Before, leaving: ExitStack) -> None:
    full = leaving.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    address = full.getsockname()
    for _ in range(3):
        line = leaving.enter_context(socket.socket())
        line.settimeout(0)
        line.connect_ex(address)

    instead = {"proxy_connect_timeout 2s;": "proxy_connect_timeout 300ms;"}
    assert ask(before(address[1], **instead).port, "/").status == 504


@runs_web
def test_what_is_too_large_never_reaches_the_server(before: Before, upstream: Upstream) -> None:
    line = HTTPConnection("127.0.0.1", before(upstream.server_port).port, timeout=DEADLINE_S)
    upstream.asked.clear()
    line.putrequest("POST", "/upload/")
    line.putheader("Content-Length", str(11 * 2**20))
    line.endheaders()

    assert Answer(line).status == 413
    assert upstream.asked == []
    line.close()


@runs_web
def test_a_slow_upload_reaches_the_server_when_it_is_whole(
    before: Before, upstream: Upstream
) -> None:
    port = before(upstream.server_port).port
    upstream.asked.clear()
    line = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    line.putrequest("POST", "/upload/")
    line.putheader("Content-Length", "10")
    line.endheaders(b"half ")

    # Another one comes and goes meanwhile.
    assert ask(port, "/other/").status == 200
    assert upstream.asked == ["/other/"]
    line.send(b"whole")
    assert Answer(line).status == 200
    assert upstream.asked == ["/other/", "/upload/"]
    line.close()


@runs_web
def test_an_upload_that_stalls_is_a_408(before: Before, upstream: Upstream, log: Path) -> None:
    size = "client_max_body_size 10m;"
    port = before(upstream.server_port, **{size: f"{size} client_body_timeout 300ms;"}).port
    upstream.asked.clear()
    line = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    line.putrequest("POST", "/upload/")
    line.putheader("Content-Length", "10")
    line.endheaders(b"half ")

    # nginx hangs up without a word, and notes the status in its log.
    assert line.sock.recv(100) == b""
    line.close()
    assert upstream.asked == []
    wait_until(lambda: " 408 POST /upload/ " in log.read_text(), "its line in the log")


@runs_web
def test_a_client_that_leaves_is_a_499_in_the_log(
    before: Before, upstream: Upstream, log: Path, leaving: ExitStack
) -> None:
    line = send(leaving, before(upstream.server_port).port, "/silent/")
    wait_until(lambda: "/silent/" in upstream.asked, "the request")
    line.close()

    wait_until(lambda: " 499 GET /silent/ " in log.read_text(), "its line in the log")


@runs_web
def test_a_location_with_a_header_of_its_own_has_none_of_the_others(
    before: Before, upstream: Upstream
) -> None:
    ask(before(upstream.server_port).port, "/")
    assert upstream.told["Host"] == "127.0.0.1"
    assert "X-Request-Start" in upstream.told

    passed = "proxy_pass http://desk_wsgi;"
    instead = {passed: f"{passed} proxy_set_header X-Mine 1;"}
    ask(before(upstream.server_port, **instead).port, "/")
    assert upstream.told["Host"] == "desk_wsgi"
    assert "X-Request-Start" not in upstream.told


@runs_web
def test_static_files_come_without_the_server(before: Before, tmp_path: Path) -> None:
    (tmp_path / "desk.css").write_text("body { margin: 0 }" * 100)
    proxy = before(free_port())

    answer = ask(proxy.port, "/static/desk.css", **{"Accept-Encoding": "gzip"})

    assert (answer.status, answer.headers["Cache-Control"]) == (200, "max-age=3600")
    assert gzip.decompress(answer.body) == b"body { margin: 0 }" * 100
    assert ask(proxy.port, "/protected/desk.css").status == 404


@runs_web
@pytest.mark.runs("deploy/gunicorn-sync.conf.py")
def test_behind_the_proxy_a_slow_client_leaves_the_sync_worker_free(
    before: Before, leaving: ExitStack, tmp_path: Path
) -> None:
    (tmp_path / "big.py").write_text(
        "def application(environ, start_response):\n"
        f"    size = 0 if environ['PATH_INFO'] == '/health/' else {len(BIG)}\n"
        "    start_response('200 OK', [('Content-Length', str(size))])\n"
        "    return [b'x' * size]\n"
    )
    server = gunicorn("gunicorn-sync.conf.py", "big:application", WORKERS=1, PYTHONPATH=tmp_path)
    leaving.callback(server.stop, grace_s=0)
    port = before(server.port).port
    slow = send(leaving, port, "/big/")

    assert slow.sock.recv(12) == b"HTTP/1.1 200"  # and it reads no further
    assert ask(port, "/health/").status == 200


@runs_web
@pytest.mark.runs("deploy/gunicorn.conf.py")
def test_a_reload_behind_the_proxy_loses_no_request(before: Before, leaving: ExitStack) -> None:
    server = gunicorn("gunicorn.conf.py", WORKERS=2, THREADS=2)
    leaving.callback(server.stop, grace_s=0)

    def workers() -> set[int]:
        return {child.pid for child in psutil.Process(server.process.pid).children()}

    old = workers()
    with Visitors(before(server.port).port) as visitors:
        visitors.wait_for(20)
        os.kill(server.process.pid, signal.SIGHUP)
        wait_until(lambda: not workers() & old, "the end of the old workers")
        visitors.wait_for(20)

    assert set(visitors.answers) == {200}


SETTINGS = """
from config.settings import *
MIDDLEWARE = ["queue_time.queue_time", *MIDDLEWARE]
"""


@runs_web
@pytest.mark.runs("deploy/queued.py")
def test_the_log_tells_how_long_requests_queued(
    before: Before, carrier: Carrier, leaving: ExitStack, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "with_queue.py").write_text(SETTINGS)
    server = gunicorn(
        "gunicorn.conf.py",
        CARRIERS_URL=carrier.url,
        DJANGO_SETTINGS_MODULE="with_queue",
        PYTHONPATH=f"{tmp_path}:{DEPLOY}",
        THREADS=1,
        WORKERS=1,
    )
    leaving.callback(server.stop, grace_s=0)
    proxy = before(server.port)
    # Each takes its carrier 0.2 s, so the third waits for two.
    lines = [send(leaving, proxy.port, "/rates/one/") for _ in range(3)]
    assert [Answer(line).status for line in lines] == [200] * 3
    wait_until(lambda: log.read_text().count("GET /rates/one/ ") == 3, "lines in the log")

    command = [sys.executable, DEPLOY / "queued.py", log]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    words = done.stdout.split()
    assert words[1:3] == ["4", "requests,"]  # the first was the proxy's own, for its health
    assert float(words[words.index("worst") + 1]) >= 399


@runs_asgi
@pytest.mark.runs("deploy/uvicorn-limited.sh")
def test_under_asgi_a_request_queues_for_the_loop(
    nginx: Before, carrier: Carrier, leaving: ExitStack, tmp_path: Path
) -> None:
    (tmp_path / "with_queue.py").write_text(SETTINGS)
    carrier.holds = True
    server = script(
        "uvicorn-limited.sh",
        CARRIERS_URL=carrier.url,
        DJANGO_SETTINGS_MODULE="with_queue",
        PYTHONPATH=f"{tmp_path}:{DEPLOY}",
    )
    leaving.callback(server.stop, grace_s=0)
    proxy = nginx(ASGI, {"ASGI": f"127.0.0.1:{server.port}", "LIMIT": 20})
    send(leaving, proxy.port, "/rates/one/blocking/")
    carrier.wait_for(1)  # and the loop stands still

    behind = send(leaving, proxy.port, "/health/async/")
    wait_until(lambda: connections(proxy, server.port) == 2, "the proxy's connection for it")
    time.sleep(0.2)
    carrier.let_go()

    said = Answer(behind).headers["Server-Timing"]
    assert float(said.removeprefix("queue;dur=")) >= 199


def connections(proxy: Nginx, port: int) -> int:
    """Return how many connections the proxy has to a port."""
    return sum(
        1
        for process in proxy.processes[0].tree()
        for line in process.net_connections("tcp4")
        if line.raddr and line.raddr.port == port and line.status == psutil.CONN_ESTABLISHED
    )


@pytest.mark.runs("deploy/queue_time.py")
@pytest.mark.parametrize("header", ["", "t=", "t=soon", "1.5.2"])
def test_without_the_time_of_a_proxy_nothing_is_said(header: str) -> None:
    assert timing(header) is None


@pytest.mark.runs("deploy/queue_time.py")
def test_a_clock_that_is_behind_makes_no_time_below_zero() -> None:
    assert timing("t=99999999999.5") == "queue;dur=0.0"


@pytest.mark.runs("deploy/queue_time.py")
def test_what_a_view_says_of_its_own_times_stays() -> None:
    assert timing("t=99999999999.5", "db;dur=3") == "queue;dur=0.0, db;dur=3"


def timing(header: str, said: str = "") -> str | None:
    """Return the header of an answer; the middleware is run as it stands in its file."""
    code = (
        "import runpy, sys\n"
        "from django.conf import settings\n"
        "settings.configure()\n"
        "from django.http import HttpResponse\n"
        "from django.test import RequestFactory\n"
        "path, header, said = sys.argv[1:]\n"
        "middleware = runpy.run_path(path)['queue_time']\n"
        "view = lambda _: HttpResponse(headers={'Server-Timing': said} if said else {})\n"
        "asked = RequestFactory().get('/', headers={'X-Request-Start': header} if header else {})\n"
        "print(middleware(view)(asked).headers.get('Server-Timing', ''))\n"
    )
    command = [sys.executable, "-c", code, DEPLOY / "queue_time.py", header, said]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip() or None


@pytest.fixture(scope="module")
def parcels(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of an SQLite with the desk's parcels."""
    url = f"sqlite:///{tmp_path_factory.mktemp('deploy') / 'desk.sqlite3'}"
    load_desk(url)
    return url


@runs_asgi
@pytest.mark.parametrize("server", ["uvicorn-limited.sh", "granian-async.sh"])
def test_a_stream_comes_event_by_event_because_its_view_says_so(
    nginx: Before, parcels: str, server: str
) -> None:
    number = f"DX0000000{1 + next(NUMBERS) % 9}"
    with desk_on(parcels, HOST="127.0.0.1") as desk:
        asgi = desk.serve(f"deploy/{server}")
        proxy = nginx(ASGI, {"ASGI": f"127.0.0.1:{asgi.port}", "LIMIT": 20})
        stream = desk.follow(proxy.port, number)
        known, _ = stream.event()
        assert stream.headers["Content-Type"] == "text/event-stream"

        # The stream stays open all the while.
        desk.report(proxy.port, number, "came meanwhile")
        while (event := stream.event())[1]["note"] != "came meanwhile":
            pass
        assert int(event[0]) > int(known)


NUMBERS = itertools.count()


@runs_asgi
@pytest.mark.runs("deploy/gunicorn-asgi.conf.py")
def test_the_proxy_bounds_a_server_that_has_no_bound(
    nginx: Before, carrier: Carrier, leaving: ExitStack
) -> None:
    carrier.holds = True
    server = gunicorn("gunicorn-asgi.conf.py", CARRIERS_URL=carrier.url)
    leaving.callback(server.stop, grace_s=0)
    proxy = nginx(ASGI, {"ASGI": f"127.0.0.1:{server.port}", "LIMIT": 3})
    lines = [send(leaving, proxy.port, "/rates/one/async/") for _ in range(3)]
    carrier.wait_for(3)

    assert ask(proxy.port, "/health/").status == 503
    carrier.let_go()
    assert [Answer(line).status for line in lines] == [200] * 3
    assert ask(proxy.port, "/health/").status == 200


@runs_asgi
def test_a_silent_client_does_not_count_for_the_proxy(
    nginx: Before, upstream: Upstream, leaving: ExitStack
) -> None:
    proxy = nginx(ASGI, {"ASGI": f"127.0.0.1:{upstream.server_port}", "LIMIT": 1})
    lines = [socket.create_connection(("127.0.0.1", proxy.port)) for _ in range(5)]
    for line in lines:
        leaving.callback(line.close)

    assert ask(proxy.port, "/").status == 200
    assert select.select(lines, [], [], 0)[0] == []
