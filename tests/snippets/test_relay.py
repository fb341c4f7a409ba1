"""The relay in TypeScript lets in whom Django let in, and passes on what Django publishes."""

import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from crossroads.services.ports import free_port
from crossroads.services.postgres import Postgres
from crossroads.services.process import Process, ServiceError
from crossroads.services.relay import find_node, install_packages, run_npm, start_relay
from crossroads.services.server import Server, get_status

from .depot_stage import (
    DEADLINE_S,
    ROOT,
    SNIPPETS,
    STAY,
    Stage,
    browse,
    depot_stage,
    hear,
    parses,
    proxy,
)

RELAY, UNIT = SNIPPETS / "relay" / "relay.ts", SNIPPETS / "relay" / "desk-relay.service"
RUN_UNIT = Path(__file__).with_name("run_unit.py")
KEY, ORIGIN = "for this test alone " * 2, "https://desk.example"
ROOM = {"aud": "room", "room": "depot-1", "sub": "scanner", "send": True}

runs_relay = pytest.mark.runs("relay/relay.ts")
type Start = Callable[..., Server]


@pytest.fixture(scope="module")
def packages() -> Path:
    """Give the folder with the relay's packages."""
    try:
        return install_packages(ROOT)
    except ServiceError as error:
        pytest.skip(f"{error.problem}; {error.remedy}")


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start(packages: Path, leaving: ExitStack) -> Start:  # noqa: ARG001 - it is installed
    """Give a function that starts the relay."""

    def started(*, port: int | None = None, origin: str = ORIGIN, **env: str) -> Server:
        relay = start_relay(
            ROOT, key=KEY, origins=[origin, "https://b.example"], port=port, env=env
        )
        return leaving.enter_context(relay)

    return started


@pytest.fixture
def relay(start: Start) -> Server:
    return start()


def token(*, key: str = KEY, valid_s: float | None = 60, **claims: object) -> str:
    """Return a token as Django makes it, written anew: the relay must understand the standard."""
    end = {} if valid_s is None else {"exp": time.time() + valid_s}
    parts = [{"typ": "JWT", "alg": "HS256"}, {**claims, **end}]
    signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_base64(hmac.digest(key.encode(), signed.encode(), 'sha256'))}"


def _base64(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def enter(relay: Server, said: str | None = None, origin: str | None = ORIGIN) -> ClientConnection:
    protocols = ["relay", said] if said else ["relay"]
    address = f"ws://127.0.0.1:{relay.port}/relay"
    return connect(
        address, origin=origin, subprotocols=protocols, open_timeout=DEADLINE_S, proxy=None
    )


def publish(relay: Server, news: object, said: str | None = None, **options: object) -> int:
    """Return the status of the answer."""
    said = said or token(aud="publish", room="depot-1")
    body = options or {"json": news}
    headers = {"Authorization": f"Bearer {said}"}
    url = f"{relay.url}/publish"
    return httpx.post(url, headers=headers, timeout=DEADLINE_S, trust_env=False, **body).status_code


@pytest.fixture(scope="module")
def stage(postgres: Postgres) -> Iterator[Stage]:
    with depot_stage(postgres, RELAY_KEY=KEY) as stage:
        yield stage


@runs_relay
def test_who_has_a_token_of_django_hears_what_a_view_publishes(
    stage: Stage, relay: Server, leaving: ExitStack
) -> None:
    requests = leaving.enter_context(stage.serve_requests(RELAY_URL=relay.url))
    answer = httpx.get(
        f"{requests.url}/depots/Elbe/token/", headers=stage.cookie("listener"), trust_env=False
    )
    listener = leaving.enter_context(enter(relay, answer.json()["token"]))

    assert stage.hold(requests, stage.numbers[0]).json() == {"held": stage.numbers[0]}

    news = hear(listener)["news"]
    assert (news["number"], news["note"]) == (stage.numbers[0], "Hold this parcel")


def test_a_relay_that_is_away_fails_no_request(stage: Stage, leaving: ExitStack) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    requests = leaving.enter_context(stage.serve_requests(RELAY_URL=away))

    assert stage.hold(requests, stage.numbers[1]).status_code == 200
    assert "Connection refused" in requests.process.log


REFUSED = {
    "no token": lambda: None,
    "nonsense": lambda: "a.b.c",
    "one part": lambda: "abc",
    "forged": lambda: token(key="another key", **ROOM),
    "expired": lambda: token(valid_s=-1, **ROOM),
    "for publishing": lambda: token(aud="publish", room="depot-1"),
    "without a signature": lambda: token(**ROOM).rpartition(".")[0] + ".",
    "changed": lambda: _changed(token(**ROOM)),
    "without an end": lambda: token(valid_s=None, **ROOM),
    "signed, and no JSON": lambda: token(valid_s=float("nan"), **ROOM),
}


def _changed(good: str) -> str:
    header, _, signature = good.split(".")
    body = _base64(json.dumps(ROOM | {"room": "depot-2", "exp": time.time() + 60}).encode())
    return f"{header}.{body}.{signature}"


@runs_relay
@pytest.mark.parametrize("made", REFUSED.values(), ids=REFUSED)
def test_a_token_that_is_not_good_is_refused(relay: Server, made: Callable[[], str]) -> None:
    with pytest.raises(InvalidStatus) as refused, enter(relay, made()):
        pass

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", [None, "https://example.org", f"{ORIGIN}.example.org"])
def test_a_page_of_another_site_is_refused(relay: Server, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused, enter(relay, token(**ROOM), origin):
        pass

    assert refused.value.response.status_code == 403


def test_a_socket_ends_with_its_token(relay: Server) -> None:
    with enter(relay, token(valid_s=1, **ROOM)) as short, pytest.raises(ConnectionClosed) as closed:
        hear(short)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4001


def test_the_others_in_the_room_hear_what_one_of_them_sends(
    relay: Server, leaving: ExitStack
) -> None:
    truck, dock, other = (
        leaving.enter_context(enter(relay, token(**ROOM | claims)))
        for claims in ({"sub": "truck"}, {"sub": "dock"}, {"room": "depot-2"})
    )

    truck.send('{"lat": 53.5}')

    assert hear(dock) == {"from": "truck", "text": '{"lat": 53.5}'}
    assert publish(relay, "for all") == 200
    assert hear(truck) == {"news": "for all"}  # and not its own before it
    assert publish(relay, "for depot-2", token(aud="publish", room="depot-2")) == 200
    assert hear(other) == {"news": "for depot-2"}


@pytest.mark.parametrize(("may_send", "message"), [(False, "text"), (True, b"binary")])
def test_who_sends_what_it_may_not_is_closed(
    relay: Server, *, may_send: bool, message: str | bytes
) -> None:
    with enter(relay, token(**ROOM | {"send": may_send})) as listener:
        listener.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            hear(listener)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_a_message_that_is_too_long_closes_its_socket_and_no_other(
    relay: Server, leaving: ExitStack
) -> None:
    chatty, other = (leaving.enter_context(enter(relay, token(**ROOM))) for _ in range(2))

    chatty.send("x" * 5000)
    with pytest.raises(ConnectionClosed) as closed:
        hear(chatty)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert publish(relay, "still there") == 200
    assert hear(other) == {"news": "still there"}


def test_only_who_has_the_key_publishes(relay: Server) -> None:
    assert publish(relay, "x", token(**ROOM)) == 401
    assert publish(relay, "x", token(key="another", aud="publish", room="depot-1")) == 401
    assert httpx.post(f"{relay.url}/publish", json="x", trust_env=False).status_code == 401
    assert httpx.get(f"{relay.url}/publish", trust_env=False).status_code == 404


def test_nonsense_is_refused_and_the_relay_stays(relay: Server) -> None:
    assert publish(relay, None, content=b"{") == 400
    assert publish(relay, None, content=b'"' + b"x" * 200_000 + b'"') == 413
    with socket.create_connection(("127.0.0.1", relay.port)) as line:
        head = f"Authorization: Bearer {token(aud='publish', room='depot-1')}\r\n"
        line.sendall(
            f"POST /publish HTTP/1.1\r\nHost: a\r\n{head}Content-Length: 9\r\n\r\n{{".encode()
        )
    with socket.create_connection(("127.0.0.1", relay.port)) as line:
        line.sendall(
            b"GET /relay HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        )
    assert publish(relay, "good") == 200
    assert relay.process.log == ""


def test_who_answers_no_ping_is_cut_off(start: Start) -> None:
    relay = start(PING_S="0.3")
    with enter(relay, token(**ROOM)) as good, silent_socket(relay) as silent:
        while silent.recv(1024):  # a ping, and in the end nothing more
            pass
        assert publish(relay, "still there") == 200
        assert hear(good) == {"news": "still there"}


def silent_socket(relay: Server) -> socket.socket:
    """Return a connection that was upgraded and says nothing from then on."""
    line = socket.create_connection(("127.0.0.1", relay.port), timeout=DEADLINE_S)
    line.sendall(
        f"GET /relay HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: relay, {token(**ROOM)}\r\n\r\n".encode()
    )
    assert line.recv(12) == b"HTTP/1.1 101"
    return line


def test_who_reads_too_slowly_is_cut_off(relay: Server, leaving: ExitStack) -> None:
    slow = leaving.enter_context(silent_socket(relay))
    good = leaving.enter_context(enter(relay, token(**ROOM)))
    news = "ä" * 90_000  # comes in pieces, which may end within a letter

    heard, deadline = 0, time.monotonic() + DEADLINE_S
    while is_open(relay, slow) and time.monotonic() < deadline:
        assert publish(relay, news) == 200
        heard += hear(good) == {"news": news}

    assert not is_open(relay, slow)
    assert publish(relay, "still there") == 200
    assert hear(good) == {"news": "still there"}
    assert heard


def is_open(relay: Server, line: socket.socket) -> bool:
    """Return whether the relay still has its side of a connection."""
    port = line.getsockname()[1]
    (process,) = relay.process.tree()
    return any(peer.raddr and peer.raddr.port == port for peer in process.net_connections("tcp"))


@runs_relay
def test_a_relay_that_stops_tells_its_sockets(relay: Server) -> None:
    with enter(relay, token(**ROOM)) as listener:
        os.kill(relay.process.pid, signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            hear(listener)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    relay.process.wait_until(lambda: not relay.process.is_running(), deadline_s=DEADLINE_S)
    assert relay.process.exit_code == 0


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(("key", "origins"), [("", [ORIGIN]), (KEY, [])])
def test_without_a_key_or_an_origin_the_relay_does_not_start(key: str, origins: list[str]) -> None:
    with pytest.raises(ServiceError, match="set RELAY_KEY and RELAY_ORIGINS"):
        start_relay(ROOT, key=key, origins=origins)


@pytest.mark.runs("sockets/nginx-sockets.conf")
@pytest.mark.runs("sockets/stay-connected.js")
def test_a_browser_behind_the_proxy_comes_back_after_a_restart(
    stage: Stage, start: Start, leaving: ExitStack, tmp_path: Path, chromium: Path
) -> None:
    assert parses(STAY, find_node())
    port = free_port()
    first = start(origin=f"http://127.0.0.1:{port}")
    requests = leaving.enter_context(stage.serve_requests(RELAY_URL=first.url))
    address = leaving.enter_context(
        proxy(tmp_path, wsgi=requests.port, relay=first.port, port=port)
    )
    page = leaving.enter_context(browse(chromium, stage, address, "scanner"))
    page.evaluate("window.messages = []")
    page.evaluate("window.depot = stayConnected(() => openRoom('Elbe'), (m) => messages.push(m))")

    page.wait_for_function("depot.send('here')")
    stage.hold(requests, stage.numbers[2])
    page.wait_for_function(f"messages.some((m) => m.news.number === '{stage.numbers[2]}')")
    first.stop()
    page.wait_for_function("!depot.send('away')")
    start(origin=address, port=first.port)
    page.wait_for_function("depot.send('here again')")
    stage.hold(requests, stage.numbers[3])
    page.wait_for_function(f"messages.some((m) => m.news.number === '{stage.numbers[3]}')")

    # Neither of these is for the world.
    assert httpx.post(f"{address}/publish", trust_env=False).status_code == 404
    assert "eyJ" not in (tmp_path / "access.log").read_text()  # how a token begins


@pytest.mark.runs("relay/desk-relay.service")
def test_the_unit_starts_the_relay(packages: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(RELAY.parent, tmp_path / "relay")
    (folder / "node_modules").symlink_to(packages / "node_modules")
    port = free_port()
    env = {
        "PATH": f"{find_node().parent}:/usr/bin:/bin",
        "PORT": str(port),
        "RELAY_KEY": KEY,
        "RELAY_ORIGINS": ORIGIN,
    }
    command = [sys.executable, RUN_UNIT, UNIT, "ExecStart", "/srv/desk", tmp_path]

    with Process.start(command, name="relay", env=env) as process:
        process.wait_until(lambda: get_status(port, "/health/", DEADLINE_S) == 200)
        assert process.stop() == 0


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed; apt install systemd")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/srv/desk", str(tmp_path)))

    command = [analyze, "verify", "--man=no", unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("is_right", [True, False])
def test_the_types_are_checked(packages: Path, tmp_path: Path, *, is_right: bool) -> None:
    folder = shutil.copytree(RELAY.parent, tmp_path / "relay")
    (folder / "node_modules").symlink_to(packages / "node_modules")
    if is_right:
        assert "tsc" in run_npm("run", "check", cwd=folder)
        return
    (folder / "relay.ts").write_text(RELAY.read_text().replace("tell(claims.room,", "tell(claims,"))
    with pytest.raises(ServiceError, match="not assignable to parameter of type 'string'"):
        run_npm("run", "check", cwd=folder)


def test_the_lock_names_no_host_and_each_package_by_its_digest() -> None:
    lock = json.loads((RELAY.parent / "package-lock.json").read_text())
    found = {name: package for name, package in lock["packages"].items() if name}

    assert "node_modules/ws" in found
    assert not [name for name, package in found.items() if "resolved" in package]
    assert not [name for name, package in found.items() if "integrity" not in package]
