"""What finds a blocked event loop says where, and says nothing of a view that awaits."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server, socket

import pytest

from crossroads.services.server import Server, start_server

ROOT = Path(__file__).parents[2]
APP, SNIPPETS = ROOT / "example_app", ROOT / "snippets"
DEADLINE_S = 30
STANDS_STILL = "the event loop stands still"
LINE = "in get_quote"
STEP = r"Executing .* took [\d.]+ seconds"


@pytest.fixture
def silence() -> Iterator[socket]:
    """Give a carrier that takes every call and never answers, until it is closed."""
    with create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener


class Stage:
    """A desk on uvicorn whose carriers are silent."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.worker = next(p for p in server.process.tree() if not p.children())
        self.leaving = ExitStack()

    def ask(self, path: str) -> HTTPConnection:
        """Send a request, and wait for no answer."""
        line = HTTPConnection("127.0.0.1", self.server.port, timeout=DEADLINE_S)
        line.request("GET", path)
        self.leaving.callback(line.close)
        return line

    def wait_for_log(self, text: str) -> None:
        self.server.process.wait_until(
            lambda: text in self.server.process.log, deadline_s=DEADLINE_S
        )


@pytest.fixture
def stage(request: pytest.FixtureRequest, silence: socket) -> Iterator[Stage]:
    """Give the desk around the snippet's watch, or what the parameter says."""
    env = {
        "CARRIERS_URL": f"http://127.0.0.1:{silence.getsockname()[1]}",
        "CARRIER_TIMEOUT_S": "60",
        "DATABASE_URL": "sqlite://:memory:",
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_INSECURE_HTTP": "1",
        "DJANGO_SECRET_KEY": "for this test alone " * 3,
        "PYTHONPATH": str(SNIPPETS),
    } | getattr(request, "param", {})
    script = SNIPPETS / "servers" / "uvicorn.sh"
    app = env.pop("APP", "async_views.watch:application")
    server = start_server(script, app=app, cwd=APP, env=env)
    stage = Stage(server)
    yield stage
    stage.leaving.close()
    server.stop(grace_s=0)


def test_the_watch_names_the_line_that_blocks_and_no_view_that_awaits(
    stage: Stage, silence: socket
) -> None:
    stage.ask("/rates/one/async/")
    silence.settimeout(DEADLINE_S)
    call, _ = silence.accept()  # its client is made, which takes a moment, and now it waits
    assert status(stage.ask("/health/")) == 200
    before = len(stage.server.process.log)
    time.sleep(0.3)  # three times as long as the loop may be late
    assert "one_carrier_async" not in stage.server.process.log[before:]
    call.close()

    stage.ask("/rates/one/blocking/")
    stage.wait_for_log("one_carrier_blocking")
    time.sleep(0.3)

    told = [part for part in stage.server.process.log.split(STANDS_STILL) if "blocking" in part]
    assert len(told) == 1, "once for each time that the loop stands still"
    assert LINE in told[0]


@pytest.mark.runs("async_views/watch.py")
def test_the_watch_tells_each_block_once_and_goes_on() -> None:
    program = """
import asyncio, runpy, sys, time
watch = runpy.run_path(sys.argv[1])["LoopWatch"]

async def application(scope, receive, send):
    for _ in range(2):
        time.sleep(0.5)          # blocks
        await asyncio.sleep(0.3)  # does not

asyncio.run(watch(application)({}, None, None))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, SNIPPETS / "async_views" / "watch.py"],
        cwd=APP,
        env=os.environ
        | {"DJANGO_INSECURE_HTTP": "1", "DJANGO_SECRET_KEY": "for this test", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    # On a busy machine the loop may be late by itself; then nobody's code is on its stack.
    assert done.stderr.count("in application") == 2
    assert done.stderr.count(STANDS_STILL) >= 2


def test_a_signal_has_the_process_say_what_each_thread_does(stage: Stage) -> None:
    stage.ask("/rates/one/blocking/")
    stage.wait_for_log("one_carrier_blocking")

    stage.worker.send_signal(signal.SIGUSR2)

    stage.wait_for_log("Current thread")
    told = stage.server.process.log.partition("Current thread")[2]
    assert LINE in told
    assert stage.worker.is_running()


@pytest.mark.runs("async_views/dump.sh")
def test_a_dump_shows_the_main_thread_in_the_line_that_blocks(stage: Stage) -> None:
    if not shutil.which("py-spy", path=Path(sys.executable).parent):
        pytest.skip("there is no py-spy beside this Python; make .venv")
    stage.ask("/rates/one/blocking/")
    stage.wait_for_log("one_carrier_blocking")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        [SNIPPETS / "async_views" / "dump.sh", str(stage.worker.pid)],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    main = next(part for part in done.stdout.split("\n\n")[-9:] if "MainThread" in part)
    assert "get_quote (rates/carriers.py" in main


@pytest.mark.parametrize(
    "stage", [{"APP": "config.asgi:application", "PYTHONASYNCIODEBUG": "1"}], indirect=True
)
def test_debug_mode_logs_the_step_when_it_is_over(stage: Stage, silence: socket) -> None:
    stage.ask("/rates/one/blocking/")
    silence.settimeout(DEADLINE_S)
    call, _ = silence.accept()
    time.sleep(0.3)  # three times what debug mode calls slow
    before = len(stage.server.process.log)
    call.close()

    def told() -> list[str]:
        return re.findall(STEP, stage.server.process.log[before:])

    stage.server.process.wait_until(lambda: bool(told()), deadline_s=DEADLINE_S)
    # It tells the task, which is the server's, and not the view.
    assert any("run_asgi" in step for step in told())
    assert not any("blocking" in step for step in told())


def status(line: HTTPConnection) -> int:
    with line.getresponse() as answer:
        answer.read()
    return answer.status


@pytest.mark.runs("async_views/thread_locals.sh")
def test_what_keeps_values_by_thread_is_found(tmp_path: Path) -> None:
    (tmp_path / "tenant.py").write_text("import threading\n\ncurrent = threading.local()\n")
    (tmp_path / "trace.py").write_text("from threading import local\n\n\nclass Trace(local): ...\n")
    (tmp_path / "quiet.py").write_text("def local():\n    return 'a place'\n")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        [SNIPPETS / "async_views" / "thread_locals.sh"],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    ours = sorted(line for line in done.stdout.splitlines() if line.startswith("./"))
    assert ours == [
        "./tenant.py:3:current = threading.local()",
        "./trace.py:4:class Trace(local): ...",
    ]
    assert "asgiref/sync.py" in done.stdout


LOG_QUEUE = """
import asyncio, logging, runpy, sys, threading
snippet = runpy.run_path(sys.argv[1])
logging.config.dictConfig(snippet["LOGGING"])
may_write = threading.Event()


class Slow:
    def write(self, text):
        may_write.wait()
        sys.stdout.write(text)

    def flush(self):
        sys.stdout.flush()


logging.getHandlerByName("console").setStream(Slow())
snippet["start_logging"]()

async def view():
    logging.warning("a parcel is late")
    print("the loop goes on")

asyncio.run(view())
may_write.set()
logging.getHandlerByName("queue").listener.stop()
"""


@pytest.mark.runs("async_views/log_queue.py")
def test_a_handler_that_cannot_write_does_not_hold_up_the_loop() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOG_QUEUE, SNIPPETS / "async_views" / "log_queue.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert done.stderr == ""
    assert done.stdout == "the loop goes on\na parcel is late\n"
