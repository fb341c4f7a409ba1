"""The files that a reader deploys under WSGI do what their comments say."""

import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from gunicorn.config import KNOWN_SETTINGS

from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import get_status

ROOT = Path(__file__).parents[2]
APP = ROOT / "example_app"
CONFIG = ROOT / "snippets" / "deploy" / "gunicorn.conf.py"
RUN_UNIT = Path(__file__).with_name("run_unit.py")
UNIT = ROOT / "snippets" / "deploy" / "desk-web.service"
BIN = Path(sys.executable).parent
DEADLINE_S = 20

runs_config = pytest.mark.runs("deploy/gunicorn.conf.py")
runs_unit = pytest.mark.runs("deploy/desk-web.service")


class Carrier:
    """A carrier that takes one call, and answers it when it is told to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE_S)
        self.url = "http://127.0.0.1:{1}".format(*self._listener.getsockname())

    def wait_for_call(self) -> None:
        self._call, _ = self._listener.accept()

    def answer(self) -> None:
        quote = b'{"carrier": "postal", "price_cents": 510, "currency": "EUR", "days": 3}'
        self._call.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(quote) + quote)
        self._call.close()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    carrier = Carrier()
    yield carrier
    carrier.close()


class Desk:
    """The example app in deployment."""

    def __init__(self, process: Process, port: int, leaving: ExitStack) -> None:
        self.process = process
        self.port = port
        self._leaving = leaving

    def workers(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def ask(self, path: str) -> HTTPConnection:
        """Send a request, and wait for no answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        self._leaving.callback(connection.close)
        connection.request("GET", path)
        return connection

    def is_ready(self) -> bool:
        return get_status(self.port, "/health/", DEADLINE_S) == 200

    def wait_until(self, condition: Callable[[], bool]) -> None:
        self.process.wait_until(condition, deadline_s=DEADLINE_S)


type Deploy = Callable[..., Desk]


@pytest.fixture
def deploy(carrier: Carrier) -> Iterator[Deploy]:
    """Give a function that starts a command in the example app's environment."""
    with ExitStack() as leaving:

        def start(*command: str | Path, **env: object) -> Desk:
            port = free_port()
            settings = {
                "CARRIERS_URL": carrier.url,
                "CARRIER_TIMEOUT_S": 60,
                "DATABASE_URL": "sqlite://:memory:",
                "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
                "DJANGO_INSECURE_HTTP": 1,
                "DJANGO_SECRET_KEY": "for this test alone " * 3,
                "PATH": os.environ["PATH"],
                "PORT": port,
                "THREADS": 2,
                "WORKERS": 1,
                **env,
            }
            process = Process.start(
                command,
                name="gunicorn",
                env={name: str(value) for name, value in settings.items()},
                cwd=APP,
            )
            leaving.callback(process.stop, grace_s=0.0)
            desk = Desk(process, port, leaving)
            desk.wait_until(desk.is_ready)
            return desk

        yield start


def status_of(asked: HTTPConnection) -> int:
    with asked.getresponse() as answer:
        answer.read()
        return answer.status


@runs_config
def test_a_stopping_server_answers_what_is_in_progress(deploy: Deploy, carrier: Carrier) -> None:
    desk = deploy(BIN / "gunicorn", "--config", CONFIG)
    asked = desk.ask("/rates/one/")
    carrier.wait_for_call()

    os.kill(desk.process.pid, signal.SIGTERM)
    desk.wait_until(lambda: "Handling signal: term" in desk.process.log)
    carrier.answer()

    assert status_of(asked) == 200
    assert desk.process.stop(grace_s=DEADLINE_S) == 0


@runs_config
def test_a_reload_replaces_the_workers_and_loses_no_request(
    deploy: Deploy, carrier: Carrier
) -> None:
    desk = deploy(BIN / "gunicorn", "--config", CONFIG, WORKERS=2)
    old = desk.workers()
    asked = desk.ask("/rates/one/")
    carrier.wait_for_call()

    os.kill(desk.process.pid, signal.SIGHUP)
    # One of the old ones stays for its request.
    desk.wait_until(lambda: len(desk.workers() - old) == 2 and len(desk.workers() & old) == 1)
    assert status_of(desk.ask("/health/")) == 200
    carrier.answer()

    assert status_of(asked) == 200
    desk.wait_until(lambda: not desk.workers() & old)


@runs_config
def test_gunicorn_knows_every_setting() -> None:
    """It would skip a misspelled one without a word."""
    names = {name for name in runpy.run_path(str(CONFIG)) if not name.startswith("__")}

    assert names - {setting.name for setting in KNOWN_SETTINGS} == {"Path", "cores", "os"}


@runs_config
@pytest.mark.parametrize(
    ("limit", "workers"),
    [("max 100000", os.cpu_count()), ("400000 100000", 4), ("50000 100000", 1)],
    ids=["no limit", "four cores", "half a core"],
)
def test_there_is_a_worker_for_each_core_of_the_container(
    limit: str, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORKERS", raising=False)
    monkeypatch.setattr(Path, "exists", lambda _: True)
    monkeypatch.setattr(Path, "read_text", lambda _: f"{limit}\n")

    assert runpy.run_path(str(CONFIG))["workers"] == workers


@pytest.fixture
def srv_desk(tmp_path: Path) -> Path:
    """Return a folder that holds what the unit expects in /srv/desk."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "app").symlink_to(APP)
    (tmp_path / CONFIG.name).symlink_to(CONFIG)
    return tmp_path


@runs_unit
def test_the_unit_starts_and_reloads_the_server(deploy: Deploy, srv_desk: Path) -> None:
    run = (sys.executable, RUN_UNIT, UNIT)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(srv_desk / "notify"))
        systemd.settimeout(DEADLINE_S)

        start = (*run, "ExecStart", "/srv/desk", srv_desk)
        desk = deploy(*start, NOTIFY_SOCKET=srv_desk / "notify")
        assert b"READY=1" in systemd.recv(1024).splitlines()

    old = desk.workers()
    reload = (*run, "ExecReload", "/srv/desk", srv_desk)
    subprocess.run(reload, env={"MAINPID": str(desk.process.pid)}, check=True)
    desk.wait_until(lambda: not desk.workers() & old)
    assert desk.is_ready()


def test_systemd_understands_the_unit(srv_desk: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed; apt install systemd")
    unit = srv_desk / UNIT.name
    unit.write_text(UNIT.read_text().replace("/srv/desk", str(srv_desk)))

    command = [analyze, "verify", "--man=no", unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
