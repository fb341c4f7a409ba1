"""Five carriers over real HTTP, whose calls are counted while they are in progress."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from rates import clients, views
from rates.prices import price


class Stub(ThreadingHTTPServer):
    """The carriers; what is sick about it is set by name of the carrier."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Carrier)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answers: dict[str, tuple[int, str]] = {}
        """Carrier to the status and body that it gives in place of its quote."""
        self.silent: set[str] = set()
        """Carriers that take a call and never answer it."""
        self.meeting: threading.Barrier | None = None
        """Where each call waits until as many as it takes are in progress."""
        self.is_closing = threading.Event()
        self.in_progress = self.most_in_progress = 0
        self.questions: list[str] = []
        self.callers: list[int] = []
        """The port that each call came from: one for each connection."""
        self.lock = threading.Lock()

    def answer(self, carrier: str, question: dict[str, str]) -> tuple[int, str]:
        if carrier in self.silent:
            self.is_closing.wait()
        if self.meeting:
            self.meeting.wait()
        quote = price(carrier, int(question["weight_g"]), question["country"])
        return self.answers.get(carrier, (200, json.dumps(vars(quote))))


class _Carrier(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: Stub

    def do_GET(self) -> None:
        stub, address = self.server, urlsplit(self.path)
        with stub.lock:
            stub.questions.append(self.path)
            stub.callers.append(self.client_address[1])
            stub.in_progress += 1
            stub.most_in_progress = max(stub.most_in_progress, stub.in_progress)
        _, quotes, carrier, _ = address.path.split("/")
        assert quotes == "quotes"
        status, body = stub.answer(carrier, dict(parse_qsl(address.query)))
        with stub.lock:
            stub.in_progress -= 1
        if stub.is_closing.is_set():
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stub(settings, monkeypatch) -> Iterator[Stub]:
    # A pool of its own for each test: a call that the page gave up runs on in its thread, and
    # what it logs at its end must not be found by the next test. The pool waits for its threads.
    with ThreadPoolExecutor(40) as askers, Stub() as stub:
        monkeypatch.setattr(views, "askers", askers)
        thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.CARRIERS_URL = stub.url
        yield stub
        stub.is_closing.set()
        # The desk's client keeps its connections open; closed, their threads end.
        _drop_connections()
        stub.shutdown()
        thread.join()


def _drop_connections() -> None:
    clients.client._transport.close()


@pytest.fixture(scope="session", autouse=True)
def _close_the_client() -> Iterator[None]:
    yield
    clients.client.close()
