"""nginx sends the file that an answer names, and nobody gets at it without."""

import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crossroads.services.nginx import Nginx

CONF = Path(__file__).parents[2] / "snippets" / "recipes" / "protected-files.conf"

pytestmark = pytest.mark.runs("recipes/protected-files.conf")


class Desk(BaseHTTPRequestHandler):
    """Answers as the recipe's view does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf")
        self.send_header("Content-Length", "0")
        if self.path == "/label/":
            self.send_header("X-Accel-Redirect", "/protected/a%20label.pdf")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port(tmp_path: Path, nginx: Callable[..., Nginx]) -> Iterator[int]:
    """Return the port of an nginx before such a desk, with a file of ten bytes."""
    (tmp_path / "a label.pdf").write_bytes(b"0123456789")
    tmp_path.chmod(0o755)
    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as desk:
        serving = threading.Thread(target=desk.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield nginx(CONF, {"WSGI_PORT": desk.server_port, "FILES": tmp_path}).port
        desk.shutdown()
        serving.join()


def ask(port: int, path: str, **headers: str) -> tuple[int, str | None, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def test_the_file_that_an_answer_names_is_sent(port: int) -> None:
    assert ask(port, "/label/") == (200, "application/pdf", b"0123456789")


def test_a_download_can_go_on_where_it_was_cut_off(port: int) -> None:
    assert ask(port, "/label/", Range="bytes=7-") == (206, "application/pdf", b"789")


def test_nobody_gets_at_the_file_from_outside(port: int) -> None:
    assert ask(port, "/protected/a%20label.pdf")[0] == 404
