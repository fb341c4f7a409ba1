"""The time in which nothing of Django runs yet is known from a header of the proxy."""

import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from .conftest import DEADLINE_S, ROOT, wait_until

DEPLOY = ROOT / "snippets" / "deploy"
HELD_S = 0.2


@pytest.mark.evidence("queue-time")
def test_a_request_that_queued_says_for_how_long(serve, carrier, behind_proxy, record):
    path = f"{Path(__file__).parent}:{DEPLOY}"
    settings = {"DJANGO_SETTINGS_MODULE": "queue_settings", "PYTHONPATH": path}
    desk = serve("gunicorn-gthread", THREADS=2, **settings)
    proxy, ask = behind_proxy(desk)
    holding = [ask("/rates/one/") for _ in range(2)]
    carrier.wait_for(2)  # all threads wait

    before_all = time.time()
    behind = [ask("/health/") for _ in range(3)]
    wait_until(lambda: connections(proxy, desk) == 5, "the proxy's connection for each")
    all_queue = time.time()
    time.sleep(HELD_S)
    still_all = time.time()
    carrier.let_go()
    queued = [queued_s(line) for line in behind]
    after_all = time.time()

    # nginx cuts its clock to milliseconds; the header is rounded.
    least, most = still_all - all_queue - 0.001, after_all - before_all + 0.002
    within = sum(least <= seconds <= most for seconds in queued)
    assert least >= HELD_S / 2
    assert within == 3, (least, queued, most)
    assert [line.getresponse().status for line in holding] == [200, 200]
    record(threads=2, queued=3, within=within)


@pytest.fixture
def behind_proxy(nginx, tmp_path):
    """Give a function that puts a proxy before a server, and one that asks it for a path."""
    with ExitStack() as leaving:

        def start(desk):
            files = {"LOG": tmp_path / "log", "STATIC": tmp_path, "FILES": tmp_path}
            wsgi = f"127.0.0.1:{desk.server.port}"
            proxy = nginx(DEPLOY / "nginx-web.conf", {"WSGI": wsgi, **files})

            def ask(path):
                line = HTTPConnection("127.0.0.1", proxy.port, timeout=DEADLINE_S)
                leaving.callback(line.close)
                line.request("GET", path)
                return line

            return proxy, ask

        yield start


def connections(proxy, desk):
    """Return how many connections the proxy has to the server."""
    return sum(
        1
        for process in proxy.processes[0].tree()
        for line in process.net_connections("tcp4")
        if line.raddr and line.raddr.port == desk.server.port
        if line.status == psutil.CONN_ESTABLISHED
    )


def queued_s(line):
    with line.getresponse() as answer:
        assert answer.status == 200
        said = answer.headers["Server-Timing"]
    return float(said.removeprefix("queue;dur=")) / 1000
