"""What a command of the guide finds when a reader runs it: servers, a database, sources, logs."""

import html
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg
import pytest

from crossroads.services.postgres import Postgres, find_programs
from crossroads.services.process import ServiceError
from crossroads.services.server import Server, start_server

ROOT = Path(__file__).parents[3]
APP, SNIPPETS = ROOT / "example_app", ROOT / "snippets"
SERVERS = SNIPPETS / "servers"
DEADLINE_S = 30.0
SETTINGS = {
    "CARRIERS_URL": "",
    "CARRIER_LATENCY_MS": "0",
    "DATABASE_URL": "sqlite://:memory:",
    "DESK_TOKEN": "for-this-test-alone",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "GUNICORN_CMD_ARGS": "",
    "REDIS_URL": "",
}
PACKAGES = {"free": "procps", "pgrep": "procps", "ps": "procps", "ss": "iproute2", "top": "procps"}
FOR_MINUTES = {"CARRIER_LATENCY_MS": "120000"}
BEARER = f"Authorization: Bearer {SETTINGS['DESK_TOKEN']}"
CLERK = "clerk"
# A long day for the van, so that the server computes more than it reads and writes.
COMPUTES = "/routes/plan/?stops=250"


class Stage:
    """What one command may use; all that it starts ends with its test."""

    def __init__(self, request: pytest.FixtureRequest, leaving: ExitStack) -> None:
        self.request = request
        self.leaving = leaving
        self.environment = os.environ | SETTINGS | {"PATH": search_path(), "LC_ALL": "C.UTF-8"}

    @property
    def folder(self) -> Path:
        """A folder of this test alone."""
        folder: Path = self.request.getfixturevalue("tmp_path")
        return folder

    def serve(self, script: str = "gunicorn-gthread", **settings: str) -> Server:
        """Start the example app."""
        env = SETTINGS | settings
        server = start_server(SERVERS / f"{script}.sh", cwd=APP, env=env, threads=4)
        self.leaving.callback(server.stop, grace_s=0)
        return server

    def hold(self, server: Server, path: str, count: int = 1) -> None:
        """Send requests and leave them unanswered."""
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", server.port))
            self.leaving.callback(client.close)
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{BEARER}\r\n\r\n".encode())

    def silence(self) -> socket.socket:
        """Return a server that takes connections and never answers."""
        silent = socket.create_server(("127.0.0.1", 0))
        silent.settimeout(DEADLINE_S)
        self.leaving.callback(silent.close)
        return silent

    def database(self) -> str:
        """Return the address of a database of its own, which commands find in DATABASE_URL."""
        postgres: Postgres = self.request.getfixturevalue("postgres")
        name = f"find_out_{uuid.uuid4().hex}"
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        self.leaving.callback(drop, postgres.url, name)
        url = urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
        self.environment["DATABASE_URL"] = url
        return url

    def desk(self) -> str:
        """Return the address of a desk with parcels and a clerk, also found in DATABASE_URL."""
        desk: Path = self.request.getfixturevalue("loaded_desk")
        url = f"sqlite:///{shutil.copy(desk, self.folder)}"
        self.environment["DATABASE_URL"] = url
        return url

    def project(self, urls: str) -> dict[str, str]:
        """Give the project these addresses alone; return the settings that servers need for it."""
        (self.folder / "these_urls.py").write_text(urls)
        settings = "from config.settings import *\nROOT_URLCONF = 'these_urls'\n"
        (self.folder / "these_settings.py").write_text(settings)
        env = {"PYTHONPATH": str(self.folder), "DJANGO_SETTINGS_MODULE": "these_settings"}
        self.environment |= env
        return env

    def connect(self, url: str, name: str = "") -> psycopg.Connection:
        """Return a connection that has asked something."""
        connection = psycopg.connect(url, autocommit=True, application_name=name)
        self.leaving.callback(connection.close)
        connection.execute("SELECT 1")
        return connection

    def run(self, command: str, cwd: Path = APP) -> str:
        """Return what the command prints."""
        for program, package in PACKAGES.items():
            if program in re.findall(r"\w+", command) and shutil.which(program) is None:
                pytest.skip(f"{program} is not installed; apt install {package}")
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=cwd,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert "not found" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def run_until(self, command: str, shows: str) -> str:
        """Return what the command prints as soon as it shows a pattern."""
        deadline = time.monotonic() + DEADLINE_S
        while not re.search(shows, printed := self.run(command), re.MULTILINE):
            assert time.monotonic() < deadline, f"{shows!r} is not in:\n{printed}"
        return printed


type Way = Callable[[Stage, str], None]
type Commands = Sequence[tuple[str, str]]


class Ways(dict[tuple[str, str], Way]):
    """Ways to run commands, by their question and what they start with."""

    def runs(self, question: str, start: str) -> Callable[[Way], Way]:
        """Make a function the way to run the command of a question that starts so."""

        def add(way: Way) -> Way:
            self[question, start] = way
            return way

        return add

    def of(self, question: str, command: str) -> list[Way]:
        return [
            way for (of, start), way in self.items() if of == question and command.startswith(start)
        ]


def search_path() -> str:
    """Return a PATH with the tools beside this Python, and psql where PostgreSQL's wheel has it."""
    folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
    with suppress(ServiceError):
        folders.append(str(find_programs()))
    return os.pathsep.join(folders)


def drop(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def load_desk(url: str, parcels: int) -> None:
    """Make the tables of the desk, its parcels and a clerk."""
    clerk = f"User.objects.create_superuser('{CLERK}')"
    for arguments in (
        ["migrate", "--verbosity", "0"],
        ["load_desk", "--parcels", str(parcels)],
        ["shell", "--verbosity", "0", "--command", clerk],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=APP,
            env=os.environ | SETTINGS | {"DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
            check=True,
        )


def workers(server: Server) -> list[int]:
    return [child.pid for child in psutil.Process(server.process.pid).children()]


def as_root(command: str) -> str:
    """Return the command as it may look into a process that it did not start."""
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    if os.geteuid() == 0 or not scope.exists() or scope.read_text().strip() == "0":
        return command
    if subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("py-spy needs root here; run as root, or let sudo work without a password")
    return f'sudo -n env "PATH=$PATH" {command}'


def py_spy(command: str, pid: int) -> str:
    """Return a command of py-spy for a process; a record takes seconds, and not half a minute."""
    return as_root(command.replace("PID", str(pid)).replace("--duration 30", "--duration 2"))


def main_thread(dump: str) -> str:
    return thread_with(dump, "MainThread")


def thread_with(dump: str, word: str) -> str:
    """Return the part of py-spy's output about the thread in which a word stands."""
    return next(part for part in dump.split("\nThread ") if word in part)


def samples(flame_graph: Path) -> dict[str, int]:
    """Return in how many looks each function stood, from the file that py-spy has written."""
    bars = re.findall(r"<title>([^<]*) \(([\d,]+) samples, ", flame_graph.read_text())
    found: dict[str, int] = {}
    for name, count in bars:
        of = html.unescape(name)
        found[of] = found.get(of, 0) + int(count.replace(",", ""))
    return found


@contextmanager
def busy(server: Server, path: str, clients: int = 1) -> Iterator[None]:
    """Keep a server at work."""
    is_over = threading.Event()

    def ask() -> None:
        with httpx.Client() as client:
            while not is_over.is_set():
                client.get(f"{server.url}{path}", timeout=DEADLINE_S)

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def logged(
    stage: Stage, counts: Mapping[str, int], senders: Sequence[str] = ("127.0.0.1",)
) -> Path:
    """Return a folder with the access log that a real server wrote.

    Args:
        stage: Where the server runs.
        counts: How often each sender asks, such as `{"GET /health/": 5}`.
        senders: Addresses of the loopback interface.
    """
    log = stage.folder / "access.log"
    server = stage.serve(GUNICORN_CMD_ARGS=f"--access-logfile {log}")
    wait_for_lines(log, 1)
    log.write_text("")  # that was the request which found the server ready
    for sender in senders:
        with httpx.Client(transport=httpx.HTTPTransport(local_address=sender)) as client:
            for asked, count in counts.items():
                method, path = asked.split()
                for _ in range(count):
                    client.request(method, f"{server.url}{path}")
    wait_for_lines(log, sum(counts.values()) * len(senders))
    return stage.folder


def wait_for_lines(log: Path, count: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while log.read_text().count("\n") < count:
        assert time.monotonic() < deadline, "the server did not write its log"
        time.sleep(0.01)
