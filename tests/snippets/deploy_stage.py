"""The stage for the files that are deployed: a carrier that counts, servers, and clients."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import Server, get_status

ROOT = Path(__file__).parents[2]
APP, DEPLOY = ROOT / "example_app", ROOT / "snippets" / "deploy"
BIN = Path(sys.executable).parent
DEADLINE_S = 30.0

SETTINGS = {
    "CARRIER_TIMEOUT_S": "60",
    "DATABASE_URL": "sqlite://:memory:",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "PATH": f"{BIN}:{os.environ.get('PATH', os.defpath)}",
}


class Carrier(ThreadingHTTPServer):
    """A carrier that knows how many ask at once; each waits a moment, or until it may go."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Quote)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.holds = False
        self.most = 0
        """The most that asked at once so far."""
        self.now = 0
        self.changed = threading.Condition()

    def handle_error(self, *_: object) -> None:
        """Say nothing of a caller that has left."""

    def wait_for(self, callers: int) -> None:
        """Return when so many are held at once."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.now >= callers, DEADLINE_S), self.now

    def let_go(self) -> None:
        with self.changed:
            self.holds = False
            self.changed.notify_all()


class _Quote(BaseHTTPRequestHandler):
    server: Carrier

    def do_GET(self) -> None:
        carrier = self.server
        with carrier.changed:
            carrier.now += 1
            carrier.most = max(carrier.most, carrier.now)
            carrier.changed.notify_all()
            if carrier.holds:
                carrier.changed.wait_for(lambda: not carrier.holds, DEADLINE_S)
            else:
                # Long enough for all who may come to have come.
                carrier.changed.wait_for(lambda: False, 0.2)
            carrier.now -= 1
        quote = {"carrier": "postal", "price_cents": 510, "currency": "EUR", "days": 3}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(quote).encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def start_carrier() -> Iterator[Carrier]:
    with Carrier() as carrier:
        serving = threading.Thread(target=carrier.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield carrier
        carrier.let_go()
        carrier.shutdown()
        serving.join()


def start(command: list[str | Path], *, ready_path: str = "/health/", **env: object) -> Server:
    """Return a server that answers, started by a command in the example app's folder."""
    port = free_port()
    settings = SETTINGS | {"PORT": str(port)} | {name: str(value) for name, value in env.items()}
    process = Process.start(command, name=str(command[0]), env=settings, cwd=APP)
    process.wait_until(lambda: get_status(port, ready_path, DEADLINE_S) == 200, deadline_s=30.0)
    return Server(process, port)


def gunicorn(config: str, *arguments: str | Path, **env: object) -> Server:
    """Start gunicorn with a file of snippets/deploy/."""
    return start(["gunicorn", "--config", DEPLOY / config, *arguments], **env)


def script(name: str, **env: object) -> Server:
    """Start a server with a shell script of snippets/deploy/."""
    return start(["sh", DEPLOY / name], **env)


class Answer:
    """An answer, read to its end."""

    def __init__(self, line: HTTPConnection) -> None:
        with line.getresponse() as answer:
            self.status = answer.status
            self.headers = answer.headers
            self.body = answer.read()


def send(leaving: ExitStack, port: int, path: str, **headers: str) -> HTTPConnection:
    """Send a request and wait for no answer; its connection is closed when we leave."""
    line = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    leaving.callback(line.close)
    line.request("GET", path, headers=headers)
    return line


def ask(port: int, path: str, **headers: str) -> Answer:
    with ExitStack() as leaving:
        return Answer(send(leaving, port, path, **headers))


def wait_until(is_so: Callable[[], bool], awaited: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {awaited}"
        time.sleep(0.01)


class Visitors:
    """Clients that ask again and again, each for a page at a time."""

    def __init__(self, port: int, path: str = "/health/", clients: int = 2) -> None:
        self._port, self._path = port, path
        self._are_leaving = threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _ in range(clients)]
        self.answers: list[int | str] = []
        """A status for each answer, or why there was none."""

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._are_leaving.set()
        for thread in self._threads:
            thread.join()

    def _visit(self) -> None:
        while not self._are_leaving.is_set():
            try:
                self.answers.append(ask(self._port, self._path).status)
            except (OSError, HTTPException) as error:
                self.answers.append(repr(error))

    def wait_for(self, more: int) -> None:
        """Return when they have had so many more answers."""
        wanted = len(self.answers) + more
        wait_until(lambda: len(self.answers) >= wanted, f"{more} more answers")
