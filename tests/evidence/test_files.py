"""Who sends a file to a client that reads slowly: a thread of Django, or the proxy."""

import re
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, ROOT, wait_until

CONFIGURATION = ROOT / "snippets" / "deploy" / "nginx-web.conf"
MIB = 2**20
SIZE = 64 * MIB  # far larger than all buffers of a connection


@pytest.mark.evidence("files")
def test_a_download_holds_a_thread_until_the_proxy_has_taken_it(serve_file, behind_nginx, record):
    desk, twin = serve_file(), serve_file()
    # The room of nginx's own is far larger: a file must be larger still to show it.
    narrow, wide = behind_nginx(desk, room="16m"), behind_nginx(twin, room="1024m")

    handed = narrow.begin_to_read("/handed/")
    answered_handed = desk.ask("/health/").statuses()[200]
    through = narrow.begin_to_read("/through/")
    behind = desk.ask("/health/")
    # The twin's proxy has room for all of it. It is asked later, twice, and its thread is free.
    for _ in range(2):
        stalled = wide.begin_to_read("/through/")
        assert twin.ask("/health/").statuses() == {200: 1}
        assert len(stalled.read()) == SIZE
    answered_through = behind.answered()

    assert (answered_handed, answered_through) == (1, 0)
    assert len(through.read()) == len(handed.read()) == SIZE
    assert behind.statuses() == {200: 1}
    sizes = narrow.passed_through_django(2)
    assert (sizes["protected/big"], sizes["through/"]) == (0, SIZE)
    record(
        threads=1,
        file=SIZE // MIB,
        room=16,
        handed=answered_handed,
        through=answered_through,
        handed_bytes=sizes["protected/big"] // MIB,
        through_bytes=sizes["through/"] // MIB,
    )


@pytest.fixture
def big_file(tmp_path):
    """Return a file of zeros that takes no room on disk."""
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


@pytest.fixture
def serve_file(serve, big_file):
    """Give a function that starts a server of a single thread."""
    settings = {
        "BIG_FILE": big_file,
        "DJANGO_SETTINGS_MODULE": "downloads_settings",
        "PYTHONPATH": Path(__file__).parent,
    }
    return lambda: serve("gunicorn-gthread", THREADS=1, **settings)


class Proxy:
    """An nginx, and its clients."""

    def __init__(self, port, log, leaving):
        self._port = port
        self._log = log
        self._leaving = leaving

    def begin_to_read(self, path):
        """Ask and read the head of the answer, but nothing of its body."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=DEADLINE_S)
        self._leaving.callback(connection.close)
        connection.request("GET", path)
        return self._leaving.enter_context(connection.getresponse())

    def passed_through_django(self, downloads):
        """Return how many bytes the proxy took from Django, by path, when so many are done."""

        def logged():
            return dict(re.findall(r"GET /(\S+) taken=(\d+) ", self._log.read_text()))

        wait_until(lambda: len(logged()) >= downloads, f"{downloads} lines in the log")
        return {path: int(size) for path, size in logged().items()}


@pytest.fixture
def behind_nginx(nginx, big_file, tmp_path):
    """Give a function that puts an nginx before a server, with room for so much of an answer."""
    with ExitStack() as leaving:

        def start(desk, *, room):
            log = tmp_path / f"{desk.server.port}.log"
            served = {"LOG": log, "STATIC": tmp_path, "FILES": big_file.parent}
            instead = {
                "proxy_connect_timeout 2s;": f"proxy_max_temp_file_size {room};",
                "all=$request_time": "taken=$upstream_response_length",
            }
            wsgi = f"127.0.0.1:{desk.server.port}"
            proxy = nginx(CONFIGURATION, {"WSGI": wsgi, **served}, instead=instead)
            return Proxy(proxy.port, log, leaving)

        yield start
