"""Sockets through Channels, on the server and behind the proxy that readers copy."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from crossroads.services.postgres import Postgres
from crossroads.services.relay import find_node
from crossroads.services.server import Server, start_server
from crossroads.services.valkey import Valkey

from .depot_stage import (
    APP,
    DEADLINE_S,
    SNIPPETS,
    STAY,
    Stage,
    browse,
    depot_stage,
    hear,
    parses,
    proxy,
    scan,
    wait_until,
)

LIMITED = SNIPPETS / "deploy" / "uvicorn-limited.sh"
THREADS = 3


@pytest.fixture(scope="module")
def stage(postgres: Postgres, valkey: Valkey) -> Iterator[Stage]:
    with depot_stage(postgres, REDIS_URL=valkey.url, SOCKET_THREADS=str(THREADS)) as stage:
        yield stage


@pytest.fixture(scope="module")
def server(stage: Stage) -> Iterator[Server]:
    with stage.serve_sockets() as server:
        yield server


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def open_socket(
    leaving: ExitStack, stage: Stage, server: Server, person: str = "scanner"
) -> ClientConnection:
    """Return an open socket whose first message was read."""
    socket = leaving.enter_context(stage.connect(server, person))
    assert "latest" in hear(socket)
    return socket


def refusal(stage: Stage, server: Server, person: str | None = "scanner", **options: str) -> int:
    """Return the status with which a socket is refused."""
    with pytest.raises(InvalidStatus) as refused, stage.connect(server, person, **options):
        pass
    return refused.value.response.status_code


def is_let_in(stage: Stage, server: Server) -> bool:
    with suppress(InvalidStatus), stage.connect(server):
        return True
    return False


@pytest.mark.runs("sockets/uvicorn-sockets.sh")
def test_scanner_and_board_hear_each_other_across_two_processes(
    stage: Stage, leaving: ExitStack
) -> None:
    one, other = (leaving.enter_context(stage.serve_sockets()) for _ in range(2))
    scanner = open_socket(leaving, stage, one)
    board = open_socket(leaving, stage, other, "dispatcher")
    number = stage.numbers[0]

    scanner.send(scan(number))
    receipt, heard = hear(scanner), hear(board)
    board.send(scan(number, "hold"))

    assert receipt == heard
    assert heard["news"]["number"] == number
    assert hear(scanner)["news"]["note"] == "Hold this parcel"


def test_what_a_view_does_is_heard(stage: Stage, server: Server, leaving: ExitStack) -> None:
    scanner = open_socket(leaving, stage, server)
    requests = leaving.enter_context(stage.serve_requests())

    assert stage.hold(requests, stage.numbers[1]).json() == {"held": stage.numbers[1]}

    assert hear(scanner)["news"]["number"] == stage.numbers[1]


@pytest.mark.parametrize("person", [None, "visitor"])
def test_who_may_not_listen_is_refused(stage: Stage, server: Server, person: str | None) -> None:
    assert refusal(stage, server, person) == 403


@pytest.mark.parametrize("origin", [None, "https://example.org", "http://127.0.0.1.example.org"])
def test_a_page_of_another_site_is_refused(stage: Stage, server: Server, origin: str) -> None:
    assert refusal(stage, server, origin=origin) == 403


def test_an_unknown_address_is_refused_and_fills_no_log(stage: Stage, server: Server) -> None:
    assert refusal(stage, server, path="/sockets/nowhere/") == 403
    assert "Traceback" not in server.process.log


def test_the_wsgi_server_of_the_same_project_has_no_socket(stage: Stage) -> None:
    with stage.serve_requests() as requests:
        assert refusal(stage, requests) == 404


def test_nonsense_is_answered_and_the_socket_stays_open(
    stage: Stage, server: Server, leaving: ExitStack
) -> None:
    scanner = open_socket(leaving, stage, server)

    for nonsense in ("", "{", b"\0", json.dumps({"deed": "scan", "number": "DX99999999"})):
        scanner.send(nonsense)
        assert "error" in hear(scanner)
    scanner.send(scan(stage.numbers[2]))

    assert "news" in hear(scanner)
    assert "Traceback" not in server.process.log


def test_a_message_that_is_too_long_closes_its_socket_and_no_other(
    stage: Stage, server: Server, leaving: ExitStack
) -> None:
    chatty, other = (open_socket(leaving, stage, server) for _ in range(2))

    chatty.send("x" * 5000)
    with pytest.raises(ConnectionClosed) as closed:
        hear(chatty)
    other.send(scan(stage.numbers[3]))

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert "news" in hear(other)


def test_a_query_that_waits_stops_no_other_socket(
    stage: Stage, server: Server, leaving: ExitStack
) -> None:
    """It holds one thread of several; on Channels' own single thread nobody would be heard."""
    stuck, free = (open_socket(leaving, stage, server) for _ in range(2))
    with psycopg.connect(stage.env["DATABASE_URL"]) as holding:
        holding.execute(
            "SELECT FROM parcels_parcel WHERE number = %s FOR UPDATE", [stage.numbers[4]]
        )
        stuck.send(scan(stage.numbers[4]))
        wait_for_waiting(stage, 1)

        free.send(scan(stage.numbers[5]))
        assert hear(free)["news"]["number"] == stage.numbers[5]

    assert hear(stuck)["news"]["number"] == stage.numbers[5]  # which it had not read yet
    assert hear(stuck)["news"]["number"] == stage.numbers[4]


def test_the_threads_bound_the_connections_to_the_database(
    stage: Stage, leaving: ExitStack
) -> None:
    server = leaving.enter_context(stage.serve_sockets())
    people = ["scanner", "dispatcher"] * 5
    sockets = [open_socket(leaving, stage, server, person) for person in people]
    with psycopg.connect(stage.env["DATABASE_URL"]) as holding:
        holding.execute(
            "SELECT FROM parcels_parcel WHERE number = %s FOR UPDATE", [stage.numbers[6]]
        )
        for socket in sockets:
            socket.send(scan(stage.numbers[6]))
        wait_for_waiting(stage, THREADS)
        # With a thread for each socket, there would be one of these for each.
        assert waiting(stage) == THREADS

    with ThreadPoolExecutor(len(sockets)) as readers:
        assert all("news" in heard for heard in readers.map(hear, sockets))


def test_a_user_with_many_sockets_gets_no_further_one(stage: Stage, leaving: ExitStack) -> None:
    server = leaving.enter_context(stage.serve_sockets())
    opened = [open_socket(leaving, stage, server) for _ in range(5)]

    assert refusal(stage, server) == 403
    assert open_socket(leaving, stage, server, "dispatcher")

    opened[0].close()
    wait_until(lambda: is_let_in(stage, server), "a place for a further socket")


def test_uvicorn_limits_requests_and_lets_sockets_in(stage: Stage, leaving: ExitStack) -> None:
    """So something else must bound the sockets."""
    env = stage.env | {"APP": "config.asgi_sockets:application", "LIMIT": "2"}
    server = leaving.enter_context(start_server(LIMITED, cwd=APP, env=env, deadline_s=DEADLINE_S))

    sockets = [open_socket(leaving, stage, server) for _ in range(3)]

    assert httpx.get(f"{server.url}/health/", trust_env=False).status_code == 503
    assert len(sockets) == 3


@pytest.mark.runs("sockets/uvicorn-sockets.sh")
def test_a_server_that_stops_tells_its_sockets(stage: Stage, leaving: ExitStack) -> None:
    server = leaving.enter_context(stage.serve_sockets())
    scanner = open_socket(leaving, stage, server)

    os.kill(server.process.pid, signal.SIGTERM)
    with pytest.raises(ConnectionClosed) as closed:
        hear(scanner)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    server.process.wait_until(lambda: not server.process.is_running(), deadline_s=DEADLINE_S)
    assert "Traceback" not in server.process.log


@pytest.mark.runs("sockets/nginx-sockets.conf")
@pytest.mark.runs("sockets/stay-connected.js")
def test_a_browser_behind_the_proxy_comes_back_after_a_restart(
    stage: Stage, leaving: ExitStack, tmp_path: Path, chromium: Path
) -> None:
    assert parses(STAY, find_node())
    requests = leaving.enter_context(stage.serve_requests())
    first = leaving.enter_context(stage.serve_sockets())
    address = leaving.enter_context(proxy(tmp_path, wsgi=requests.port, sockets=first.port))
    page = leaving.enter_context(browse(chromium, stage, address, "scanner"))
    heard = "messages.filter((message) => message.{}).length >= {}"
    send = f"depot.send({scan(stage.numbers[7])})"

    page.evaluate("window.messages = []")
    page.evaluate("window.depot = stayConnected(() => openDepot('Elbe'), (m) => messages.push(m))")
    page.wait_for_function(heard.format("latest", 1))
    assert page.evaluate(send) is True
    page.wait_for_function(heard.format("news", 1))

    first.stop()
    page.wait_for_function(f"!{send}")  # it says that it was not sent
    leaving.enter_context(stage.serve_sockets(first.port))
    page.wait_for_function(heard.format("latest", 2))
    assert page.evaluate(send) is True
    page.wait_for_function(heard.format("news", 2))
    assert httpx.get(f"{address}/health/", trust_env=False).status_code == 200


def waiting(stage: Stage) -> int:
    """Return how many connections wait for a lock."""
    with psycopg.connect(stage.env["DATABASE_URL"]) as connection:
        counted = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    assert counted is not None
    return int(counted[0])


def wait_for_waiting(stage: Stage, count: int) -> None:
    wait_until(lambda: waiting(stage) >= count, f"{count} connections that wait")
