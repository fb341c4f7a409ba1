"""What the guide's recipes let readers run does what the page says."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from crossroads.services.ports import free_port
from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.server import Server, get_status, start_server

ROOT = Path(__file__).parents[2]
APP = ROOT / "example_app"
RECIPES = ROOT / "snippets" / "recipes"
GTHREAD = ROOT / "snippets" / "servers" / "gunicorn-gthread.sh"
SETTINGS = {"DJANGO_SECRET_KEY": "for this test alone " * 3, "DJANGO_INSECURE_HTTP": "1"}
TOOLS = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def run(
    *command: object, cwd: Path = ROOT, env: Mapping[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=cwd,
        env={**os.environ, "PATH": TOOLS, **(env or {})},
        **options,
    )


def statuses(server: Server, path: str, count: int) -> list[int]:
    """Return the statuses of requests that are sent at once."""
    with ThreadPoolExecutor(count) as clients:
        asked = [clients.submit(httpx.get, f"{server.url}{path}", timeout=30) for _ in range(count)]
    return [answer.result().status_code for answer in asked]


@pytest.mark.runs("recipes/does_it_yield.py")
def test_psycopg_yields_to_other_greenlets(postgres: Postgres) -> None:
    done = run(sys.executable, RECIPES / "does_it_yield.py", postgres.url)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("another greenlet ran ")


def test_a_driver_that_does_not_yield_is_found(tmp_path: Path, postgres: Postgres) -> None:
    source = (RECIPES / "does_it_yield.py").read_text()
    unpatched = tmp_path / "unpatched.py"
    unpatched.write_text(source.replace("monkey.patch_all()", ""))

    done = run(sys.executable, unpatched, postgres.url)

    assert done.returncode == 1
    assert done.stdout == "another greenlet ran 0 times meanwhile\n"


@pytest.mark.runs("recipes/access_log.py")
@pytest.mark.runs("recipes/slowest.py")
def test_the_log_tells_which_address_is_slow(tmp_path: Path) -> None:
    config = RECIPES / "access_log.py"
    application = "config.wsgi:application"
    checked = run(
        "gunicorn", "--check-config", "--config", config, application, cwd=APP, env=SETTINGS
    )
    assert checked.returncode == 0, checked.stderr
    options = f"--config {config} --access-logfile {tmp_path}/log"
    env = SETTINGS | {"CARRIER_LATENCY_MS": "50", "GUNICORN_CMD_ARGS": options}
    with start_server(GTHREAD, cwd=APP, env=env) as server:
        for path in ("/rates/one/", "/rates/table/"):
            assert set(statuses(server, path, 25)) == {200}

    with (tmp_path / "log").open() as log:
        done = run(sys.executable, RECIPES / "slowest.py", stdin=log)

    assert done.returncode == 0, done.stderr
    slow, quick = done.stdout.splitlines()
    assert slow.endswith("25 × GET /rates/one/")
    assert quick.endswith("25 × GET /rates/table/")
    assert float(slow.split()[0]) >= 0.05


@pytest.mark.runs("recipes/shared_state.sh")
def test_what_threads_would_share_is_found(tmp_path: Path) -> None:
    (tmp_path / "desk.py").write_text("seen = []\n\n\ndef see():\n    global last\n    last = 1\n")
    (tmp_path / "quiet.py").write_text("NAME = 'desk'\n\n\ndef see():\n    seen = []\n")

    assert run(RECIPES / "shared_state.sh", cwd=tmp_path).stdout.splitlines() == [
        "./desk.py:1:seen = []",
        "./desk.py:5:    global last",
    ]
    assert "./rates/clients.py" in run(RECIPES / "shared_state.sh", cwd=APP).stdout


def gunicorn_without_gil(python: str, port: int) -> list[str]:
    """Return the command of a server whose workers refuse to run with the GIL."""
    config = RECIPES / "require_gil_off.py"
    options = ["--config", str(config), "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    return [python, "-m", "gunicorn", *options, "config.wsgi:application"]


@pytest.mark.runs("recipes/require_gil_off.py")
def test_a_server_with_the_gil_does_not_start() -> None:
    done = run(*gunicorn_without_gil(sys.executable, free_port()), cwd=APP, env=SETTINGS)

    assert done.returncode != 0
    assert "RuntimeError: the GIL is on" in done.stderr


@pytest.mark.runs("recipes/require_gil_off.py")
def test_a_server_without_the_gil_starts() -> None:
    python = shutil.which("python3.14t")
    if python is None:
        pytest.skip("python3.14t is not on the PATH; uv python install 3.14t")
    port = free_port()
    packages = {"PYTHONPATH": sysconfig.get_path("purelib")}
    command = gunicorn_without_gil(python, port)

    with Process.start(
        command, name="gunicorn", cwd=APP, env={**os.environ, **SETTINGS, **packages}
    ) as server:
        server.wait_until(lambda: get_status(port, "/health/", 10) == 200)


@pytest.mark.runs("recipes/no_timeout.sh")
def test_a_call_without_a_time_out_is_found(tmp_path: Path) -> None:
    calls = "requests.get(url)\nhttpx.post(url, timeout=2)\nurlopen(url)\nclient.get(url)\n"
    (tmp_path / "calls.py").write_text(calls)

    assert run(RECIPES / "no_timeout.sh", cwd=tmp_path).stdout.splitlines() == [
        "./calls.py:1:requests.get(url)",
        "./calls.py:3:urlopen(url)",
    ]
    assert run(RECIPES / "no_timeout.sh", cwd=APP).stdout == ""


CACHED = """
import runpy, sys, threading

import django
from django.conf import settings
from django.core.cache import caches
from redis.exceptions import TimeoutError

bounded = runpy.run_path(sys.argv[1])["CACHES"]
unbounded = bounded["default"] | {"OPTIONS": {}}
settings.configure(CACHES=bounded | {"unbounded": unbounded})
django.setup()

def ask(name):
    try:
        caches[name].get("anything")
    except TimeoutError as error:
        print(name, error, flush=True)

waiting = threading.Thread(target=ask, args=["unbounded"], daemon=True)
waiting.start()
ask("default")
print("another waits on" if waiting.is_alive() else "and so did another")
"""


@pytest.mark.runs("recipes/cache_timeout.py")
def test_a_wait_for_a_silent_cache_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as says_nothing:
        address = f"redis://127.0.0.1:{says_nothing.getsockname()[1]}"
        done = run(
            sys.executable, "-c", CACHED, RECIPES / "cache_timeout.py", env={"REDIS_URL": address}
        )

    assert done.stdout.splitlines() == [
        "default Timeout reading from socket",
        "another waits on",
    ], done.stderr
