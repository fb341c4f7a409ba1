"""The stage of the proofs: real servers, and a carrier whose answers wait until we have counted.

What is in progress is held there while it is counted, so no count depends on time.
"""

import asyncio
import math
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg
import pytest
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.test import override_settings

from crossroads.services.postgres import Postgres
from crossroads.services.server import Server, start_server

ROOT = Path(__file__).parents[2]
APP = ROOT / "example_app"
DEADLINE_S = 30.0
"""For what comes at once unless something is broken."""

TOKEN = "only-for-proofs"  # noqa: S105 - of servers that live for seconds
DEPLOYED = {
    "CARRIER_TIMEOUT_S": "60",  # a held call is no sick carrier
    "DATABASE_URL": "sqlite://:memory:",
    "DESK_TOKEN": TOKEN,
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "only for the proofs " * 3,
}
# What a shell may hold and would change a count.
UNSET = (
    "BENCH_NO_MIDDLEWARE",
    "DATABASE_CONN_MAX_AGE",
    "DATABASE_POOL",
    "DJANGO_DEBUG",
    "REDIS_URL",
    "SHOW_PROCESS",
)

type Serve = Callable[..., Desk]


class Carrier:
    """A carrier that takes every call at once and holds its answer until it may go."""

    def __init__(self) -> None:
        self.url = ""
        self.calls = 0
        """Calls that came in so far."""
        self.hung_up = 0
        """Callers that left before their answer."""
        self._held: list[_Call] = []
        self._callers: set[_Call] = set()
        self._unheld = 0.0
        self._changed = threading.Condition()

    def wait_for(self, calls: int) -> None:
        """Return when so many calls are in progress at once, all held here."""
        self._wait(lambda: len(self._held) >= calls, f"{calls} calls in progress")

    def wait_for_all(self, calls: int) -> None:
        """Return when so many calls have come in, those that were answered counted too."""
        self._wait(lambda: self.calls >= calls, f"{calls} calls in all")

    def wait_for_hang_up(self, callers: int = 1) -> None:
        """Return when so many callers have left before their answer."""
        self._wait(lambda: self.hung_up >= callers, f"{callers} callers that hang up")

    def answer_next(self, calls: int) -> None:
        """Answer so many further calls at once, and hold those that come after them."""
        self._unheld = calls

    def let_go(self) -> None:
        """Answer all that is held, and from now on every call at once."""
        self._loop.call_soon_threadsafe(self._let_go)

    def _wait(self, has_come: Callable[[], bool], awaited: str) -> None:
        with self._changed:
            if not self._changed.wait_for(has_come, DEADLINE_S):
                known = f"{len(self._held)} in progress, {self.calls} in all"
                raise TimeoutError(f"the carrier waited for {awaited}; it has {known}")

    def take(self, call: "_Call") -> None:
        with self._changed:
            self.calls += 1
            if self._unheld > 0:
                self._unheld -= 1
                call.answer()
            else:
                self._held.append(call)
            self._changed.notify_all()

    def _let_go(self) -> None:
        with self._changed:
            held, self._held, self._unheld = self._held, [], math.inf
        for call in held:
            call.answer()

    def join(self, caller: "_Call") -> None:
        self._callers.add(caller)

    def leave(self, caller: "_Call") -> None:
        self._callers.discard(caller)
        with self._changed:
            if caller in self._held:
                self._held.remove(caller)
                self.hung_up += 1
            self._changed.notify_all()

    async def serve(self, is_ready: threading.Event) -> None:
        """Be there until `close`."""
        self._loop = asyncio.get_running_loop()
        self._is_closing = asyncio.Event()
        server = await self._loop.create_server(lambda: _Call(self), "127.0.0.1", 0, backlog=1024)
        self.url = "http://127.0.0.1:{1}".format(*server.sockets[0].getsockname())
        is_ready.set()
        await self._is_closing.wait()
        server.close()
        for caller in [*self._callers]:
            caller.line.abort()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._is_closing.set)


class _Call(asyncio.Protocol):
    """One connection of a caller, who asks one question at a time."""

    line: asyncio.Transport

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._question = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.line = transport
        self._carrier.join(self)

    def data_received(self, data: bytes) -> None:
        self._question += data
        if self._question.endswith(b"\r\n\r\n"):
            self._carrier.take(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self._carrier.leave(self)

    def answer(self) -> None:
        name = self._question.split(b"/")[2]
        quote = b'{"carrier": "%b", "price_cents": 510, "currency": "EUR", "days": 3}' % name
        self._question = b""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self.line.write(head % len(quote) + quote)


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """Give a carrier that holds its answers until `let_go()`; every server here asks it."""
    carrier, is_ready = Carrier(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(carrier.serve(is_ready)))
    thread.start()
    is_ready.wait()
    yield carrier
    carrier.close()
    thread.join()


class Asked:
    """Requests that were sent at once; their answers are read when they are wanted."""

    def __init__(self, count: int, server: Server, path: str) -> None:
        self._lines = [
            HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S) for _ in range(count)
        ]
        for line in self._lines:
            line.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})

    def answered(self) -> int:
        """Return how many have an answer, or its beginning, by now."""
        return len(select.select([line.sock for line in self._lines], [], [], 0)[0])

    def statuses(self) -> Counter[int]:
        """Return how often each status came; this waits for the whole answers."""
        statuses: Counter[int] = Counter()
        for line in self._lines:
            with line.getresponse() as answer:
                answer.read()
                statuses[answer.status] += 1
        return statuses

    def lost(self) -> int:
        """Return how many connections were closed without an answer; this waits for the others."""
        lost = 0
        for line in self._lines:
            try:
                line.getresponse().read()
            except ConnectionError:
                lost += 1
        return lost

    def parts_so_far(self) -> int:
        """Return how many parts of a body that streams have been sent by now."""
        return sum(_parts_so_far(line.sock) for line in self._lines)

    def wait_for_parts(self, count: int) -> None:
        """Return when so many parts have been sent."""
        wait_until(lambda: self.parts_so_far() >= count, f"{count} parts of the answer")

    def leave(self) -> None:
        """Close the connections, answered or not."""
        for line in self._lines:
            line.close()


def _parts_so_far(line: socket.socket) -> int:
    """Return the parts that wait to be read; this leaves them there."""
    if not select.select([line], [], [], 0)[0]:
        return 0  # not even a head: a socket with a time-out would wait for one
    came = line.recv(1_000_000, socket.MSG_PEEK)
    parts, body = 0, came.partition(b"\r\n\r\n")[2]
    while body:  # each part is a chunk: its size, a line end, so many bytes, a line end
        size, _, rest = body.partition(b"\r\n")
        parts, body = parts + 1, rest[int(size, 16) + 2 :]
    return parts


def wait_until(is_so: Callable[[], bool], awaited: str) -> None:
    """Return as soon as something is so.

    Raises:
        TimeoutError: It never was.
    """
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain for {awaited}")
        time.sleep(0.01)


class Desk:
    """The example app on a server of its own; `Serve` starts it."""

    def __init__(self, server: Server, leaving: ExitStack) -> None:
        self.server = server
        self._leaving = leaving

    def ask(self, path: str) -> Asked:
        """Send one request, and wait for no answer."""
        return self.ask_at_once(1, path)

    def ask_at_once(self, count: int, path: str) -> Asked:
        """Send so many requests, each on a connection of its own, and wait for no answer."""
        asked = Asked(count, self.server, path)
        self._leaving.callback(asked.leave)
        return asked

    def threads(self) -> int:
        """Return the OS threads of the processes that serve, without the one above them."""
        serving = [process for process in self.server.process.tree() if not process.children()]
        return sum(process.num_threads() for process in serving)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Return as soon as something is so; the failure shows the end of the server's log."""
        self.server.process.wait_until(is_so, deadline_s=DEADLINE_S)

    def wait_for_threads(self, count: int) -> None:
        """Return when there are so many threads: they end a moment after their answer."""
        wait_until(
            lambda: self.threads() == count, f"{count} threads in {self.server.process.name}"
        )


@pytest.fixture
def serve(carrier: Carrier) -> Iterator[Serve]:
    """Give a function that starts the example app with a file of snippets/, by its name.

    `serve("gunicorn-gthread", THREADS=8)` sets what differs in the environment. The server is
    ended with the test.
    """
    with ExitStack() as leaving:

        def start(script: str, *, app: str | None = None, **env: object) -> Desk:
            settings = dict.fromkeys(UNSET, "") | DEPLOYED | {"CARRIERS_URL": carrier.url}
            server = start_server(
                next((ROOT / "snippets").glob(f"*/{script}.sh")),
                app=app,
                env=settings | {name: str(value) for name, value in env.items()},
                cwd=APP,
            )
            leaving.callback(server.stop, grace_s=0.0)
            return Desk(server, leaving)

        yield start


@pytest.fixture(scope="session")
def desk_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the DATABASE_URL of an SQLite that holds the desk's 500 parcels."""
    url = f"sqlite:///{tmp_path_factory.mktemp('desk') / 'desk.sqlite3'}"
    _load_desk(url)
    return url


@dataclass(frozen=True)
class Database:
    """A PostgreSQL database that holds the desk's 500 parcels."""

    url: str
    _watch: psycopg.Connection

    def connections(self) -> int:
        """Return how many clients are connected to it now."""
        return len(self.backends())

    def backends(self) -> set[int]:
        """Return the process of PostgreSQL for each client that is connected now."""
        name = urlsplit(self.url).path[1:]
        # Not autovacuum, which is in any database now and then.
        clients = "datname = %s AND backend_type = 'client backend'"
        found = f"SELECT pid FROM pg_stat_activity WHERE {clients}"  # noqa: S608 - ours
        return {pid for (pid,) in self._watch.execute(found, [name])}

    def wait_until_alone(self) -> None:
        """Return when nobody is connected: a connection ends a moment after its client."""
        wait_until(lambda: self.connections() == 0, "the end of earlier connections")


@pytest.fixture
def database(loaded_database: Database) -> Database:
    """Return a PostgreSQL database with the desk's parcels, to which nobody is connected."""
    loaded_database.wait_until_alone()
    return loaded_database


@pytest.fixture(scope="session")
def loaded_database(postgres: Postgres) -> Iterator[Database]:
    """Give the database that `database` returns, filled once."""
    name = f"desk_of_proofs_{os.getpid()}"
    url = urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgres.url, autocommit=True) as watch:
        watch.execute(f"CREATE DATABASE {name}")
        _load_desk(url)
        yield Database(url, watch)
        watch.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _load_desk(url: str) -> None:
    load = "import django; from django.core.management import call_command as call; django.setup()"
    load += "; call('migrate', 'parcels', verbosity=0); call('load_desk', verbosity=0)"
    settings = DEPLOYED | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment = os.environ | dict.fromkeys(UNSET, "") | settings
    subprocess.run(
        [sys.executable, "-c", load],
        cwd=APP,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture(scope="session")
def django_in_process() -> None:
    """Set Django up in this process, unless tests of the example app have done so."""
    if not apps.ready:
        with pytest.MonkeyPatch.context() as environment:
            for name in (*UNSET, "CARRIERS_URL"):
                environment.delenv(name, raising=False)
            for name, value in (DEPLOYED | {"DJANGO_SETTINGS_MODULE": "config.settings"}).items():
                environment.setenv(name, value)
            django.setup()


@pytest.fixture
def desk_in_process(
    desk_url: str,
    django_in_process: None,  # noqa: ARG001 - it sets up
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Path]:
    """Have Django of this process use an SQLite of its own with the parcels; give its file."""
    own = shutil.copy(urlsplit(desk_url).path, tmp_path)
    monkeypatch.setitem(connections.settings["default"], "NAME", own)
    yield Path(own)
    connections.close_all()  # those of this thread; each other thread closes its own


@pytest.fixture
def ask_in_process(django_in_process: None) -> Callable[..., None]:  # noqa: ARG001 - it sets up
    """Give a function that has the example app answer one request, as an ASGI server would.

    `ask_in_process("/health/", MIDDLEWARE=[])` sets what differs in the settings.
    """

    async def ask(path: str) -> int:
        headers = [(b"host", b"127.0.0.1")]
        asked = {"type": "http", "method": "GET", "path": path, "headers": headers}
        server = ApplicationCommunicator(ASGIHandler(), asked)
        await server.send_input({"type": "http.request"})
        start = await server.receive_output(DEADLINE_S)
        await server.wait(DEADLINE_S)
        return int(start["status"])

    def in_process(path: str, **settings: object) -> None:
        with override_settings(**settings):
            status = asyncio.run(ask(path))
        if status != HTTPStatus.OK:
            raise RuntimeError(f"{path} is answered with {status}")

    return in_process
