"""Each command with which the guide lets readers find out works, and prints what it says it does.

Every command of docs/decide/tree.yml has one way below to run it: on the running example app, on
its sources, or on what a real server wrote. A new command without a way fails.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg
import pytest

from crossroads.decisions.read import read_tree
from crossroads.services.ports import free_port
from crossroads.services.postgres import Postgres, find_programs
from crossroads.services.process import Process, ServiceError
from crossroads.services.server import Server, get_status, start_server

ROOT = Path(__file__).parents[2]
APP, SERVERS = ROOT / "example_app", ROOT / "snippets" / "servers"
COMMANDS = [
    (question.id, found.run)
    for question in read_tree(ROOT / "docs" / "decide").questions.values()
    for found in question.find_out
    if found.run
]
DEADLINE_S = 30.0
SETTINGS = {
    "CARRIERS_URL": "",
    "CARRIER_LATENCY_MS": "0",
    "DATABASE_URL": "sqlite://:memory:",
    "DESK_TOKEN": "for-this-test-alone",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "GUNICORN_CMD_ARGS": "",
}
PACKAGES = {"free": "procps", "ps": "procps", "ss": "iproute2", "top": "procps"}
FOR_MINUTES = {"CARRIER_LATENCY_MS": "120000"}


class Stage:
    """What a command finds when a reader runs it: servers under load, a database, sources."""

    def __init__(self, request: pytest.FixtureRequest, leaving: ExitStack) -> None:
        self.request = request
        self.leaving = leaving
        self.environment = os.environ | SETTINGS | {"PATH": search_path(), "LC_ALL": "C.UTF-8"}

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
            head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
            client.sendall(f"{head}{SETTINGS['DESK_TOKEN']}\r\n\r\n".encode())

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

    def connect(self, url: str, name: str = "") -> psycopg.Connection:
        """Return a connection that has asked something."""
        connection = psycopg.connect(url, autocommit=True, application_name=name)
        self.leaving.callback(connection.close)
        connection.execute("SELECT 1")
        return connection

    def run(self, command: str, cwd: Path = APP) -> str:
        """Return what the command prints."""
        for program, package in PACKAGES.items():
            if program in command.split() and shutil.which(program) is None:
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


def search_path() -> str:
    """Return a PATH with the tools beside this Python, and psql where PostgreSQL's wheel has it."""
    folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
    with suppress(ServiceError):
        folders.append(str(find_programs()))
    return os.pathsep.join(folders)


def drop(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with ExitStack() as leaving:
        yield Stage(request, leaving)


type Way = Callable[[Stage, str], None]
WAYS: dict[tuple[str, str], Way] = {}


def runs(question: str, start: str) -> Callable[[Way], Way]:
    """Make a function the way to run the command of a question that starts so."""

    def add(way: Way) -> Way:
        WAYS[question, start] = way
        return way

    return add


def ways_to_run(question: str, command: str) -> list[Way]:
    return [
        way for (of, start), way in WAYS.items() if of == question and command.startswith(start)
    ]


@pytest.mark.parametrize(
    ("question", "command"), COMMANDS, ids=[f"{q}: {c[:40]}" for q, c in COMMANDS]
)
def test_a_command_prints_what_the_guide_says(stage: Stage, question: str, command: str) -> None:
    ways = ways_to_run(question, command)

    assert len(ways) == 1, f"this command needs one way to run it, and has {len(ways)}: {command}"
    ways[0](stage, command)


def test_every_way_has_its_command() -> None:
    used = [way for question, command in COMMANDS for way in ways_to_run(question, command)]

    assert [key for key, way in WAYS.items() if way not in used] == []


# Something is slow ------------------------------------------------------------------------------


@runs("slow", "for n in")
def a_request_alone(stage: Stage, command: str) -> None:
    server = stage.serve()

    lines = stage.run(command.replace("URL", f"{server.url}/health/")).splitlines()

    assert len(lines) == 5
    for line in lines:
        status, first, whole = line.split()
        assert status == "200"
        assert 0 < float(first) <= float(whole)


@runs("slow", "seq 60")
def requests_in_company(stage: Stage, command: str) -> None:
    server = stage.serve(CARRIER_LATENCY_MS="20")

    lines = stage.run(command.replace("URL", f"{server.url}/rates/one/")).splitlines()

    assert [line.split()[0] for line in lines] == ["200"] * 5
    seconds = [float(line.split()[1]) for line in lines]
    assert seconds == sorted(seconds)
    assert seconds[0] >= 0.02
    nobody = stage.run(command.replace("URL", f"http://127.0.0.1:{free_port()}/"))
    assert {line.split()[0] for line in nobody.splitlines()} == {"000"}


@runs("slow-load", "ps ")
def which_server(stage: Stage, command: str) -> None:
    wsgi, asgi = stage.serve(), stage.serve("uvicorn")

    lines = stage.run(command).splitlines()

    found = next(line for line in lines if f":{wsgi.port}" in line)
    assert "config.wsgi:application" in found
    assert "--worker-class gthread" in found
    found = next(line for line in lines if f"--port {asgi.port}" in line)
    assert "config.asgi:application" in found


@runs("slow-load", "grep ")
def which_views_are_async(stage: Stage, command: str) -> None:
    found = stage.run(command).splitlines()

    assert any(re.match(r"\./rates/views\.py:\d+:async def one_carrier_async", f) for f in found)
    assert stage.run(command, cwd=APP / "parcels" / "migrations") == ""


@runs("event-loop", "PYTHONASYNCIODEBUG=1 ")
def asyncio_complains(stage: Stage, command: str) -> None:
    port = free_port()
    env = stage.environment | {"CARRIER_LATENCY_MS": "1500"}
    started = ["sh", "-c", "exec env " + command.replace("PORT", str(port))]
    says_so = re.compile(r"Executing <Task .* took 1\.[5-9]\d* seconds")
    with Process.start(started, name="uvicorn", cwd=APP, env=env) as server:
        server.wait_until(lambda: get_status(port, "/health/", 5) == 200, deadline_s=DEADLINE_S)
        httpx.get(f"http://127.0.0.1:{port}/rates/one/async/")
        assert not says_so.search(server.log), "nothing blocked yet"
        httpx.get(f"http://127.0.0.1:{port}/rates/one/blocking/")
        server.wait_until(lambda: says_so.search(server.log) is not None, deadline_s=DEADLINE_S)


@runs("event-loop", "py-spy dump")
def what_the_loop_does(stage: Stage, command: str) -> None:
    server = stage.serve("uvicorn", **FOR_MINUTES)
    dump = as_root(command.replace("PID", str(server.process.pid)))

    assert "run (asyncio/runners.py" in main_thread(stage.run(dump))
    assert "get_quote" not in main_thread(stage.run(dump))
    stage.hold(server, "/rates/one/blocking/")
    printed = stage.run_until(dump, r"get_quote \(rates/carriers.py")
    assert "get_quote" in main_thread(printed).splitlines()[1]


@runs("event-loop", "psql ")
@runs("wait-for-what", "psql ")
def what_connections_do(stage: Stage, command: str) -> None:
    url = stage.database()
    for _ in range(2):
        stage.connect(url).execute("BEGIN")
    stage.connect(url)

    printed = stage.run_until(command, r"^ idle +\| +1$")

    assert re.search(r"^ idle in transaction +\| +2$", printed, re.MULTILINE)
    assert re.search(r"^ active +\| +1$", printed, re.MULTILINE), "psql's own"


@runs("gevent-fit", "python -m pip list")
def which_drivers(stage: Stage, command: str) -> None:
    names = {line.split()[0] for line in stage.run(command).splitlines()}

    assert {"gevent", "psycopg", "psycopg-binary"} <= names
    assert "Django" not in names


@runs("gevent-fit", "psql ")
def whose_connections(stage: Stage, command: str) -> None:
    url = stage.database()
    for _ in range(3):
        stage.connect(url, "desk")

    stage.run_until(command, r"^ desk +\| idle +\| +3$")


@runs("used-up", "top ")
@runs("cpu-limit", "nproc; top ")
def what_the_cores_do(stage: Stage, command: str) -> None:
    server = stage.serve()
    with busy(server, "/routes/plan/"):
        printed = stage.run(command)

    assert re.search(r"^%Cpu\(s\):.* id,", printed, re.MULTILINE)
    assert "%CPU" in printed
    [worker] = workers(server)
    used = re.search(rf"^ *{worker} .* [RSD] +([\d.]+) ", printed, re.MULTILINE)
    assert used, f"the busy worker {worker} is not in:\n{printed}"
    assert float(used[1]) > 0
    if command.startswith("nproc"):
        assert int(printed.splitlines()[0]) >= 1


@runs("used-up", "psql ")
def who_waits_for_a_lock(stage: Stage, command: str) -> None:
    url = stage.database()
    stage.connect(url).execute("SELECT pg_advisory_lock(1)")
    waits = stage.connect(url)
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(waits.execute, "SELECT pg_advisory_lock(1)")
        try:
            stage.run_until(command, r"^ active +\| Lock +\| +1$")
        finally:
            waits.cancel()
        assert isinstance(waiting.exception(DEADLINE_S), psycopg.errors.QueryCanceled)


@runs("used-up", "py-spy dump")
def what_the_workers_do(stage: Stage, command: str) -> None:
    server = stage.serve(**FOR_MINUTES)
    httpx.get(f"{server.url}/health/")  # threads are started when they are needed
    [worker] = workers(server)
    dump = as_root(command.replace("PID", str(worker)))

    assert "_worker (concurrent/futures/thread.py" in stage.run(dump)
    stage.hold(server, "/rates/one/", count=4)
    deadline = time.monotonic() + DEADLINE_S
    while (busy_threads := stage.run(dump).count("get_quote (rates/carriers.py")) < 4:
        assert time.monotonic() < deadline, f"{busy_threads} of 4 threads stand in the view"


@runs("cpu-limit", "awk '{print $7}'")
def which_addresses(stage: Stage, command: str) -> None:
    folder = logged(stage, {"/health/": 5, "/rates/table/": 2})

    lines = stage.run(command, cwd=folder).splitlines()

    assert [line.split() for line in lines] == [["5", "/health/"], ["2", "/rates/table/"]]


@runs("cpu-limit", "free ")
def how_much_memory(stage: Stage, command: str) -> None:
    head, memory, *_ = stage.run(command).splitlines()

    assert head.split()[-1] == "available"
    assert int(memory.split()[-1]) > 0


@runs("gil-off", "python -c ")
def which_packages_are_compiled(stage: Stage, command: str) -> None:
    names = stage.run(command).split()

    assert {"granian", "psycopg-binary", "uvloop"} <= set(names)
    assert not {"Django", "gunicorn", "uvicorn"} & set(names)


@runs("gil-off", "python3.14t ")
def whether_the_project_loads_without_the_gil(stage: Stage, command: str) -> None:
    if shutil.which("python3.14t") is None:
        pytest.skip("python3.14t is not on the PATH; uv python install 3.14t")
    stage.environment["PYTHONPATH"] = sysconfig.get_path("purelib")

    assert "System check identified no issues" in stage.run(command)


@runs("gil-off", "grep ")
def what_threads_share(stage: Stage, command: str) -> None:
    found = stage.run(command)

    assert re.search(r"^\./rates/clients\.py:\d+:_open: ", found, re.MULTILINE)
    assert "./rates/views.py" not in found


@runs("wait-for-what", "py-spy dump")
def what_the_workers_wait_for(stage: Stage, command: str) -> None:
    url = stage.database()
    locked = psycopg.connect(url)
    stage.leaving.callback(locked.close)
    locked.execute("CREATE TABLE parcels_parcel ()")
    locked.commit()
    locked.execute("LOCK TABLE parcels_parcel")
    silent = socket.create_server(("127.0.0.1", 0))
    stage.leaving.callback(silent.close)
    carriers = f"http://127.0.0.1:{silent.getsockname()[1]}"
    server = stage.serve(DATABASE_URL=url, CARRIERS_URL=carriers)

    dump = as_root(command.replace("PID", str(workers(server)[0])))
    stage.hold(server, "/api/parcels/")
    waiting = thread_with(stage.run_until(dump, "parcel_list"), "parcel_list")
    assert "psycopg" in "".join(waiting.splitlines()[1:4])
    assert "httpx" not in waiting
    stage.hold(server, "/rates/one/", count=3)
    waiting = thread_with(stage.run_until(dump, "httpx"), "httpx")
    assert "one_carrier" in waiting
    assert "psycopg" not in waiting


@runs("in-progress", "awk '{print $4}'")
def the_busiest_seconds(stage: Stage, command: str) -> None:
    folder = logged(stage, {"/health/": 7})

    lines = stage.run(command, cwd=folder).splitlines()

    assert all(re.fullmatch(r" *\d+ \[\d\d/\w{3}/\d{4}(:\d\d){3}", line) for line in lines)
    counts = [int(line.split()[0]) for line in lines]
    assert counts == sorted(counts, reverse=True)
    assert 3 <= sum(counts) <= 7, "up to three seconds are shown"


@runs("in-progress", "ss ")
def connections_now(stage: Stage, command: str) -> None:
    server = stage.serve(**FOR_MINUTES)
    ask = command.replace("PORT", str(server.port))

    stage.run_until(ask, "^0$")
    stage.hold(server, "/rates/one/", count=3)
    stage.run_until(ask, "^3$")


@runs("in-progress", "grep ")
def which_calls_have_no_time_out(stage: Stage, command: str) -> None:
    folder = stage.request.getfixturevalue("tmp_path")
    calls = "requests.get(url)\nhttpx.post(url, timeout=2)\nurlopen(url)\nclient.get(url)\n"
    (folder / "calls.py").write_text(calls)

    found = stage.run(command, cwd=folder).splitlines()

    assert found == ["./calls.py:1:requests.get(url)", "./calls.py:3:urlopen(url)"]
    assert stage.run(command) == "", "the example app gives each call a time-out"


# A switch ---------------------------------------------------------------------------------------


@runs("switch-asgi", "grep ")
def what_needs_asgi(stage: Stage, command: str) -> None:
    assert "./rates/views.py" in stage.run(command)
    assert stage.run(command, cwd=APP / "parcels" / "migrations") == ""


# What the ways above share ----------------------------------------------------------------------


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


def main_thread(dump: str) -> str:
    return thread_with(dump, "MainThread")


def thread_with(dump: str, word: str) -> str:
    """Return the part of py-spy's output about the thread in which a word stands."""
    return next(part for part in dump.split("\nThread ") if word in part)


@contextmanager
def busy(server: Server, path: str) -> Iterator[None]:
    """Keep a server computing."""
    is_over = threading.Event()

    def ask() -> None:
        with httpx.Client() as client:
            while not is_over.is_set():
                client.get(f"{server.url}{path}", timeout=DEADLINE_S)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def logged(stage: Stage, counts: dict[str, int]) -> Path:
    """Return a folder with the access log that a real server wrote."""
    folder: Path = stage.request.getfixturevalue("tmp_path")
    log = folder / "access.log"
    server = stage.serve(GUNICORN_CMD_ARGS=f"--access-logfile {log}")
    wait_for_lines(log, 1)
    log.write_text("")  # that was the request which found the server ready
    for path, count in counts.items():
        for _ in range(count):
            httpx.get(f"{server.url}{path}")
    wait_for_lines(log, sum(counts.values()))
    return folder


def wait_for_lines(log: Path, count: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while log.read_text().count("\n") < count:
        assert time.monotonic() < deadline, "the server did not write its log"
        time.sleep(0.01)
