"""The load generator: a process of its own that sends requests and keeps every latency.

Our own, because only so it is open-loop, strict about errors, free of system packages and
as cheap as wrk. `python -m crossroads.bench.load` reads one `LoadSpec` as JSON per line
and answers with three lines: `start` and `end` of the window, then the `LoadResult`.

What it takes care of: connections open on demand, never all before the first request
(gunicorn's gthread holds a thread for a silent one); an open loop measures from the time a
request fell due, not from when it was sent; a success is status 200 and the whole
expected body.
"""

import asyncio
import gc
import json
import os
import random
import sys
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from math import inf
from typing import Any, override

import httptools
import uvloop

OK = 200
_GRACE_S = 10.0
"""How long the answers to an open loop may take after its window; later is an error."""


@dataclass(frozen=True, kw_only=True)
class LoadSpec:
    """What to send, for how long, and what the answer must be."""

    port: int
    """Port on 127.0.0.1."""
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str
    """The expected body, base64."""
    warmup_s: float
    """Load before the window, at least; a closed loop also waits until every client has had
    an answer."""
    window_s: float
    clients: int | None = None
    """Closed loop with this many connections."""
    rate: float | None = None
    """Open loop with this many requests per second on average, Poisson arrivals."""
    seed: int = 0
    """Seed of the arrivals."""
    disturb_path: str | None = None
    """Requested once per `disturb_every_s` beside the load; its answers are not counted."""
    disturb_every_s: float = 1.0


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """What came back within the window."""

    requests: float
    """Requests, each counted by the part of its life that lies in the window. Whole requests
    would come in batches: eight clients that wait together make a short window swing by eight."""
    latencies_us: list[int]
    """Closed loop: of requests answered within the window. Open loop: of those due in it."""
    lateness_us: list[int]
    """Open loop: from the time due to the time sent. Closed loop: empty."""
    errors: dict[str, int]
    """What went wrong, with counts."""
    reconnects: int
    """Connections that the server closed between requests."""
    busy: float
    """Cores this process used within the window."""


class _Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request in flight."""

    def __init__(self, load: "_Load") -> None:
        self.load = load
        self.transport: asyncio.Transport
        self.parser = httptools.HttpResponseParser(self)
        self.body = b""
        self.since: float | None = None
        """When the request in flight started to count; None when there is none."""
        self.answered = 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        if self.since is not None:
            self.transport.write(self.load.request)

    @override
    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail("not HTTP")

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self.since is not None:
            since, self.since = self.since, None
            # A keep-alive connection may be closed by the server at the very moment of the
            # next request; HTTP clients send that one again.
            if self.answered:
                self.load.reconnect(since)
            else:
                self.load.failed("connection closed without an answer", since)
                self.load.done(None)
        else:
            self.load.closed(self)

    def send(self, since: float) -> None:
        """Send the request; its latency counts from `since`."""
        self.since = since
        self.transport.write(self.load.request)

    def on_body(self, data: bytes) -> None:
        """Collect the body (called by the parser)."""
        self.body = self.body + data if self.body else data

    def on_message_complete(self) -> None:
        """Judge the answer and go on (called by the parser)."""
        since, self.since = self.since, None
        if since is None:
            return
        body, self.body = self.body, b""
        self.answered += 1
        status = self.parser.get_status_code()
        if status != OK:
            self.load.failed(f"status {status}", since)
        elif body != self.load.expected:
            self.load.failed("unexpected body", since)
        else:
            self.load.succeeded(since)
        if self.parser.should_keep_alive():
            # A parser is for one connection, not for one message: it goes on.
            self.load.done(self)
        else:
            self.transport.close()
            self.load.reconnects += 1
            self.load.done(None)

    def _fail(self, why: str) -> None:
        since, self.since = self.since, None
        if since is not None:
            self.load.failed(why, since)
        self.transport.abort()
        self.load.done(None)


class _Load:
    """The state of one window of load."""

    def __init__(self, spec: LoadSpec, announce: Callable[[str], None]) -> None:
        self.spec = spec
        self.announce = announce
        self.expected = b64decode(spec.body)
        lines = [f"GET {spec.path} HTTP/1.1", f"Host: 127.0.0.1:{spec.port}"]
        lines += [f"{name}: {value}" for name, value in spec.headers.items()]
        self.request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self.loop = asyncio.get_running_loop()
        self.idle: list[_Connection] = []
        self.tasks: set[asyncio.Task[Any]] = set()
        self.requests = 0.0
        self.latencies: list[int] = []
        self.lateness: list[int] = []
        self.errors: Counter[str] = Counter()
        self.reconnects = 0
        self.in_flight = 0
        self.start = self.end = inf
        self.answers = 0
        self.closed_loop = spec.clients is not None
        self.over = asyncio.Event()

    async def run(self) -> LoadResult:
        """Return what the window gave."""
        begin = time.perf_counter()
        if self.closed_loop:
            for _ in range(self.spec.clients or 0):
                self._open(begin)
        else:
            self.start = begin + self.spec.warmup_s
            self.end = self.start + self.spec.window_s
            self._tick(self._due_times(begin))
        disturbing = asyncio.create_task(self._disturb(begin)) if self.spec.disturb_path else None
        await _sleep_until(begin + self.spec.warmup_s)
        if self.closed_loop:
            await self._until_all_clients_are_served(begin)
            self.start = time.perf_counter()
            self.end = self.start + self.spec.window_s
        self.announce("start")
        cpu = time.process_time()
        started = time.perf_counter()
        await _sleep_until(self.end)
        busy = (time.process_time() - cpu) / (time.perf_counter() - started)
        self.announce("end")
        if disturbing:
            disturbing.cancel()
        await self._settle()
        for task in self.tasks:
            task.cancel()
        return LoadResult(
            requests=self.requests,
            latencies_us=self.latencies,
            lateness_us=self.lateness,
            errors=dict(self.errors),
            reconnects=self.reconnects,
            busy=busy,
        )

    async def _until_all_clients_are_served(self, begin: float) -> None:
        # Clients that start together meet an empty queue; only when each has been answered
        # is what is in flight what it stays.
        late = begin + _GRACE_S
        while self.answers < (self.spec.clients or 0) and time.perf_counter() < late:  # noqa: ASYNC110 (a count)
            await asyncio.sleep(0.005)

    def succeeded(self, since: float) -> None:
        """Count an answer that is right."""
        now = time.perf_counter()
        inside = min(now, self.end) - max(since, self.start)
        if inside > 0:
            self.requests += inside / (now - since)
        # A closed loop counts by answer, an open one by due time: else it would leave out
        # just those requests that a stall made late.
        at = now if self.closed_loop else since
        if self.start <= at < self.end:
            self.latencies.append(int((now - since) * 1e6))

    def failed(self, why: str, since: float) -> None:
        """Count an answer that is wrong or missing, whenever it came."""
        if since < self.end:
            self.errors[why] += 1

    def done(self, connection: _Connection | None) -> None:
        """Go on after an answer; `connection` can be used again, None means it is gone."""
        self.in_flight -= 1
        self.answers += 1
        now = time.perf_counter()
        if now >= self.end:
            self._end_when_all_are_answered()
        elif not self.closed_loop:
            if connection is not None:
                self.idle.append(connection)
        elif connection is None:
            self._open(now)
        else:
            self.in_flight += 1
            connection.send(now)

    def reconnect(self, since: float) -> None:
        """Send a request again whose connection the server had just closed."""
        self.reconnects += 1
        self.in_flight -= 1
        self._open(since)

    def closed(self, connection: _Connection) -> None:
        """Forget a connection that the server closed while it was idle."""
        if connection in self.idle:
            self.idle.remove(connection)
            self.reconnects += 1

    def _end_when_all_are_answered(self) -> None:
        if self.in_flight == 0:
            self.over.set()

    def _open(self, since: float) -> None:
        self.in_flight += 1
        task = self.loop.create_task(self._connect(since))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _connect(self, since: float) -> None:
        def make() -> _Connection:
            connection = _Connection(self)
            connection.since = since
            return connection

        try:
            await self.loop.create_connection(make, "127.0.0.1", self.spec.port)
        except OSError as error:
            self.failed(f"cannot connect: {error.strerror or error}", since)
            # A server that is gone answers at once; without a pause this would be a busy loop.
            await asyncio.sleep(0.05)
            self.done(None)

    def _due_times(self, begin: float) -> Iterator[float]:
        arrivals = random.Random(self.spec.seed)
        due = begin
        while True:
            due += arrivals.expovariate(self.spec.rate or 1.0)
            if due >= self.end:
                return
            yield due

    def _tick(self, due_times: Iterator[float], due: float | None = None) -> None:
        if due is None:
            due = next(due_times, None)
        # Everything that is due goes out in one wake-up: a timer per request costs
        # ten times the request.
        while due is not None and due <= time.perf_counter():
            self._dispatch(due)
            due = next(due_times, None)
        if due is not None:
            delay = due - time.perf_counter()
            self.loop.call_later(max(0.0, delay), self._tick, due_times, due)

    def _dispatch(self, due: float) -> None:
        if self.start <= due:
            self.lateness.append(int((time.perf_counter() - due) * 1e6))
        if self.idle:
            self.in_flight += 1
            self.idle.pop().send(due)
        else:
            self._open(due)

    async def _settle(self) -> None:
        if self.in_flight == 0:
            return
        try:
            await asyncio.wait_for(self.over.wait(), timeout=_GRACE_S)
        except TimeoutError:
            self.errors[f"no answer {_GRACE_S:.0f} s after the window"] += self.in_flight

    async def _disturb(self, begin: float) -> None:
        """Request `disturb_path` on a connection of its own, at a steady beat."""
        request = (
            f"GET {self.spec.disturb_path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        ).encode()
        due = begin
        while True:
            due += self.spec.disturb_every_s
            await _sleep_until(due)
            reader, writer = await asyncio.open_connection("127.0.0.1", self.spec.port)
            writer.write(request)
            status = await reader.readline()
            if b" 200 " not in status:
                self.errors[f"disturbing request: {status.decode(errors='replace').strip()}"] += 1
            writer.close()


async def _sleep_until(moment: float) -> None:
    # A loop's timers may fire up to a millisecond early.
    while (left := moment - time.perf_counter()) > 0:  # noqa: ASYNC110 (time, not a condition)
        await asyncio.sleep(left)


async def send_load(spec: LoadSpec, announce: Callable[[str], None]) -> LoadResult:
    """Send what `spec` asks for and return what came back; `announce` hears start and end."""
    return await _Load(spec, announce).run()


def main() -> None:
    """Serve load specs from standard input until it ends."""
    # Buffered by ourselves: under PYTHONUNBUFFERED a long line that a signal interrupts would
    # lose its end, and the other side would wait for it forever.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers:

        def say(what: object) -> None:
            answers.write(json.dumps(what) + "\n")
            answers.flush()

        for line in sys.stdin:
            gc.collect()
            gc.disable()
            result = uvloop.run(send_load(LoadSpec(**json.loads(line)), say))
            gc.enable()
            say(asdict(result))


if __name__ == "__main__":
    main()
