"""The load generator against small servers whose every answer is known."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import psutil
import pytest
import uvloop

from crossroads.bench.generator import Generator, GeneratorError
from crossroads.bench.load import LoadResult, LoadSpec, send_load

BODY = b'{"status": "ok"}'

type Answer = Callable[[int, asyncio.StreamWriter], Awaitable[None]]


def reply(body: bytes = BODY, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@asynccontextmanager
async def serving(answer: Answer, seen: Counter[str]) -> AsyncIterator[int]:
    """Give the port of a server that answers each request with `answer(number, writer)`."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen["connections"] += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                seen["requests"] += 1
                await answer(seen["requests"], writer)
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def load(answer: Answer, **spec: Any) -> tuple[LoadResult, Counter[str]]:  # noqa: ANN401
    """Return what a window of load gave, and what the server saw."""
    seen: Counter[str] = Counter()

    async def both() -> LoadResult:
        async with serving(answer, seen) as port:
            given = {"warmup_s": 0.05, "window_s": 0.4, "clients": 4, **spec}
            return await send_load(
                LoadSpec(port=port, path="/", body=b64encode(BODY).decode(), **given),
                lambda _edge: None,
            )

    return uvloop.run(both()), seen


async def ok(_number: int, writer: asyncio.StreamWriter) -> None:
    writer.write(reply())


async def slow(_number: int, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.05)
    writer.write(reply())


def test_right_answers_count_and_connections_are_kept() -> None:
    result, seen = load(ok)

    assert not result.errors
    assert result.requests == pytest.approx(len(result.latencies_us), abs=4)
    assert result.requests > 100
    assert seen["connections"] == 4
    assert result.reconnects == 0


def test_a_closed_loop_has_as_many_requests_in_flight_as_clients() -> None:
    result, seen = load(slow)

    # Little's law: requests per second times seconds each is what is in flight.
    mean_s = sum(result.latencies_us) / len(result.latencies_us) / 1e6
    assert result.requests / 0.4 * mean_s == pytest.approx(4, rel=0.05)
    # asyncio's timers may fire a millisecond early.
    assert min(result.latencies_us) >= 49_000
    assert seen["connections"] == 4


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(status="503 Service Unavailable"), "status 503"),
        (reply(b'{"status": "no"}'), "unexpected body"),
        (reply(BODY[:-1]), "unexpected body"),
        (b"nonsense\r\n\r\n", "not HTTP"),
    ],
)
def test_a_wrong_answer_is_an_error_and_never_a_request(answer: bytes, kind: str) -> None:
    async def every_tenth_is_wrong(number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(reply() if number % 10 else answer)

    result, _ = load(every_tenth_is_wrong)

    assert set(result.errors) == {kind}
    assert result.errors[kind] > 0


def test_an_answer_cut_short_is_an_error() -> None:
    async def cut(_number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(reply()[:-4])
        writer.close()

    result, _ = load(cut)

    assert result.requests == 0
    assert set(result.errors) == {"connection closed without an answer"}


def test_a_body_in_chunks_and_pieces_is_put_together() -> None:
    async def chunked(_number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in (BODY[:5], BODY[5:]):
            await asyncio.sleep(0.001)
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        writer.write(b"0\r\n\r\n")

    result, _ = load(chunked)

    assert result.requests > 10
    assert not result.errors


def test_a_server_that_closes_each_connection_is_counted_not_blamed() -> None:
    async def close(_number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(BODY, "200 OK", "Connection: close"))
        writer.close()

    result, seen = load(close)

    assert not result.errors
    assert result.reconnects >= len(result.latencies_us) > 10
    assert seen["connections"] >= result.reconnects


def test_a_request_that_meets_a_closing_connection_is_sent_again() -> None:
    async def close_without_a_word(number: int, writer: asyncio.StreamWriter) -> None:
        if number % 5 == 0:
            writer.close()
        else:
            writer.write(reply())

    result, _ = load(close_without_a_word, clients=1)

    assert not result.errors
    assert result.reconnects > 0


def test_nobody_listening_is_an_error_for_every_client() -> None:
    async def nobody() -> LoadResult:
        server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        spec = LoadSpec(port=port, path="/", body="", warmup_s=0, window_s=0.2, clients=2)
        return await send_load(spec, lambda _edge: None)

    result = uvloop.run(nobody())

    assert result.requests == 0
    assert sum(result.errors.values()) >= 2


def test_an_open_loop_sends_what_falls_due_whatever_the_answers() -> None:
    result, seen = load(slow, clients=None, rate=200.0, window_s=1.0)

    # Poisson arrivals: 200 within five standard deviations.
    assert 130 <= len(result.latencies_us) <= 270
    assert not result.errors
    assert len(result.lateness_us) == len(result.latencies_us)
    # Ten in flight on average need more connections than one and fewer than requests.
    assert 2 <= seen["connections"] < len(result.latencies_us)


def test_the_same_seed_sends_the_same_arrivals() -> None:
    counts = {
        len(load(ok, clients=None, rate=300.0, seed=seed)[0].latencies_us) for seed in (5, 5, 5)
    }

    assert len(counts) == 1


def test_no_connection_is_opened_before_it_is_needed() -> None:
    _, seen = load(ok, clients=None, rate=20.0)

    assert seen["connections"] <= 3


def test_an_open_loop_shows_a_stall_that_a_closed_loop_hides() -> None:
    async def stalling(_number: int, writer: asyncio.StreamWriter) -> None:
        # Once for all requests, as a blocked event loop does it.
        now = asyncio.get_running_loop().time()
        if now % 0.5 < 0.15:
            await asyncio.sleep(0.15 - now % 0.5)
        writer.write(reply())

    hidden, _ = load(stalling, clients=2, window_s=2.0)
    shown, _ = load(stalling, clients=None, rate=100.0, window_s=2.0)

    def p95(result: LoadResult) -> int:
        return sorted(result.latencies_us)[int(0.95 * len(result.latencies_us))]

    assert p95(shown) > 5 * p95(hidden)


def test_a_request_never_answered_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossroads.bench.load._GRACE_S", 0.2)

    async def silence(number: int, writer: asyncio.StreamWriter) -> None:
        if number % 10:
            writer.write(reply())

    result, _ = load(silence, clients=None, rate=100.0)

    assert [kind for kind in result.errors if "no answer" in kind]


def test_a_disturbing_request_that_fails_is_an_error() -> None:
    async def only_the_load(_number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(reply())

    fine, seen = load(only_the_load, disturb_path="/x", disturb_every_s=0.1)
    assert not fine.errors
    assert seen["connections"] > 4

    async def broken(_number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(status="500 Oops"))

    result, _ = load(broken, disturb_path="/x", disturb_every_s=0.1)
    assert any("disturbing" in kind for kind in result.errors)


def test_the_generator_ends_with_its_parent() -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            """
import time
from crossroads.bench.generator import Generator
print(Generator().process.pid, flush=True)
time.sleep(60)
""",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert psutil.wait_procs([child], timeout=5)[1] == []


def test_a_generator_that_was_killed_says_so(generator: Generator) -> None:
    generator.process.kill()
    generator.process.wait()

    with pytest.raises(GeneratorError) as raised:
        generator.run(LoadSpec(port=1, path="/", body="", warmup_s=0, window_s=0.1, clients=1))

    assert "ended" in raised.value.problem
    assert "-9" in raised.value.known


def test_a_generator_that_hangs_is_given_up(
    generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossroads.bench.generator.PATIENCE_S", 0.5)
    generator.process.send_signal(signal.SIGSTOP)

    with pytest.raises(GeneratorError, match="ended in the middle"):
        generator.run(LoadSpec(port=1, path="/", body="", warmup_s=0, window_s=0.1, clients=1))


def test_a_long_answer_arrives_whole_though_signals_interrupt_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    seen: Counter[str] = Counter()
    stop = threading.Event()

    def interrupt(pid: int) -> None:
        while not stop.wait(0.0005):
            os.kill(pid, signal.SIGWINCH)

    async def both() -> LoadResult:
        async with serving(ok, seen) as port:
            spec = LoadSpec(
                port=port,
                path="/",
                body=b64encode(BODY).decode(),
                warmup_s=0.0,
                window_s=4.0,
                clients=8,
            )
            # The reader must be slower than the pipe is deep, or no write is ever interrupted.
            return await asyncio.to_thread(generator.run, spec, on_end=lambda: time.sleep(0.5))

    with Generator() as generator:
        interrupter = threading.Thread(target=interrupt, args=[generator.process.pid])
        interrupter.start()
        try:
            result = uvloop.run(both())
        finally:
            stop.set()
            interrupter.join()

    # Several times what a pipe holds.
    assert len(str(result.latencies_us)) > 64 * 1024


def test_a_generator_serves_one_window_after_another(generator: Generator) -> None:
    edges: list[str] = []
    spec = LoadSpec(port=1, path="/", body="", warmup_s=0.01, window_s=0.1, clients=1)
    begun = time.monotonic()
    for _ in range(2):
        result = generator.run(
            spec, on_start=lambda: edges.append("start"), on_end=lambda: edges.append("end")
        )
        assert result.errors

    assert edges == ["start", "end"] * 2
    assert time.monotonic() - begun >= 0.2
