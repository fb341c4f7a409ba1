"""What the recipe about memory lets readers run, against real gunicorns."""

import os
import runpy
import signal
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
MEMORY = ROOT / "snippets" / "memory"
CONFIG = MEMORY / "gunicorn.conf.py"
BIN = Path(sys.executable).parent
DEADLINE_S = 20.0
SETTINGS = {
    "CARRIER_LATENCY_MS": "1",
    "DATABASE_URL": "sqlite://:memory:",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "PATH": os.environ["PATH"],
}

runs_config = pytest.mark.runs("memory/gunicorn.conf.py")

PROJECT = """
from pathlib import Path
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(ROOT_URLCONF="urls", SECRET_KEY="only for this test", ALLOWED_HOSTS=["*"])
application = get_wsgi_application()
"""
URLS = """
import os
from django.http import HttpResponse
from django.urls import path

loaded_by = os.getpid()
urlpatterns = [path("", lambda request: HttpResponse(f"first {loaded_by} {os.getpid()}"))]
"""


class Gunicorn:
    """A gunicorn with the recipe's configuration."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port

    def workers(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def get(self, path: str = "/") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


type Start = Callable[..., Gunicorn]


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts gunicorn with the recipe's configuration and more options."""
    with ExitStack() as leaving:

        def start(*options: str, cwd: Path = APP, config: Path = CONFIG, **env: object) -> Gunicorn:
            port = free_port()
            environment = {**SETTINGS, "PORT": port, **env}
            process = Process.start(
                [BIN / "gunicorn", "--config", config, *options],
                name="gunicorn",
                env={name: str(value) for name, value in environment.items()},
                cwd=cwd,
            )
            leaving.callback(process.stop, grace_s=0.0)
            server = Gunicorn(process, port)
            process.wait_until(
                lambda: (
                    get_status(port, "/health/", DEADLINE_S) is not None
                    and len(server.workers()) == int(environment.get("WORKERS", 2))
                ),
                deadline_s=DEADLINE_S,
            )
            return server

        yield start


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project that tells who loaded its views."""
    (tmp_path / "wsgi.py").write_text(PROJECT)
    (tmp_path / "urls.py").write_text(URLS)
    return tmp_path


@runs_config
def test_gunicorn_knows_every_setting() -> None:
    """It would skip a misspelled one without a word."""
    names = {name for name in runpy.run_path(str(CONFIG)) if not name.startswith("__")}

    assert names - {setting.name for setting in KNOWN_SETTINGS} == {"gc", "os"}


@runs_config
def test_the_example_app_runs_with_it(start: Start) -> None:
    server = start()

    assert server.get("/health/")[0] == 200
    assert server.get("/rates/five/threads/")[0] == 200
    assert len(server.workers()) == 2


@runs_config
def test_the_views_are_loaded_before_the_workers_are_forked(start: Start, project: Path) -> None:
    server = start("wsgi:application", cwd=project)

    _, loaded_by, answered_by = server.get()[1].split()

    assert int(loaded_by) == server.process.pid
    assert int(answered_by) in server.workers()


@runs_config
def test_after_a_reload_the_old_code_still_runs(start: Start, project: Path) -> None:
    server = start("wsgi:application", cwd=project)
    old = server.workers()
    (project / "urls.py").write_text(URLS.replace("first", "second"))

    os.kill(server.process.pid, signal.SIGHUP)
    server.process.wait_until(
        lambda: len(server.workers()) == 2 and not server.workers() & old, deadline_s=DEADLINE_S
    )

    assert server.get()[1].startswith("first")


@runs_config
def test_a_worker_is_replaced_after_so_many_requests_and_none_is_lost(start: Start) -> None:
    server = start("--max-requests", "20", "--max-requests-jitter", "5", WORKERS=1)
    [first] = server.workers()

    statuses = {server.get("/health/")[0] for _ in range(60)}

    assert statuses == {200}
    server.process.wait_until(
        lambda: len(server.workers()) == 1 and first not in server.workers(), deadline_s=DEADLINE_S
    )


def pss(pid: int) -> dict[int, tuple[float, float, int]]:
    """Return Pss, own memory and threads of each process, as the recipe prints them."""
    done = subprocess.run(
        ["sh", MEMORY / "pss.sh", str(pid)], capture_output=True, text=True, check=True, timeout=30
    )
    *lines, total = [line.split() for line in done.stdout.splitlines()]
    found = {int(p): (float(all_), float(own), int(n)) for p, all_, _, own, _, n, _ in lines}
    assert total[0] == "all"
    assert float(total[1]) == pytest.approx(sum(of[0] for of in found.values()), abs=0.2)
    return found


@pytest.mark.runs("memory/pss.sh")
def test_the_script_reads_each_process_as_the_kernel_counts_it(start: Start) -> None:
    server = start(THREADS=3)
    [_, one] = sorted(server.workers())

    found = pss(server.process.pid)

    assert set(found) == {server.process.pid, *server.workers()}
    memory = psutil.Process(one).memory_full_info()
    assert found[one][0] == pytest.approx(memory.pss / 2**20, rel=0.2)
    assert found[one][1] == pytest.approx(memory.uss / 2**20, rel=0.2)
    assert found[one][2] == psutil.Process(one).num_threads()


@pytest.mark.runs("memory/gunicorn.conf.py")
@pytest.mark.runs("memory/pss.sh")
def test_preloaded_workers_own_less_than_workers_that_load_for_themselves(
    start: Start, tmp_path: Path
) -> None:
    apart = tmp_path / "apart.py"
    settings, _ = CONFIG.read_text().split("def when_ready")
    apart.write_text(settings.replace("preload_app = True", "preload_app = False"))
    owned = []
    for config in (CONFIG, apart):
        server = start(config=config)
        for _ in range(20):
            assert server.get("/rates/five/threads/")[0] == 200
        found = pss(server.process.pid)
        owned.append(sum(found[worker][1] for worker in server.workers()))
        server.process.stop(grace_s=0.0)

    assert owned[0] < owned[1] / 2


def run(*command: str | Path, cwd: Path = APP, **env: object) -> list[str]:
    """Return the lines that a Python program prints."""
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=cwd,
        env={**SETTINGS, **{name: str(value) for name, value in env.items()}},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def sizes(lines: list[str]) -> dict[str, float]:
    """Return MB by what brought them."""
    return {what.strip(): float(size) for size, what in (line.split("MB") for line in lines)}


@pytest.mark.runs("memory/imports.py")
def test_the_import_that_brings_the_memory_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("ROOT_URLCONF = 'urls'")
    (tmp_path / "urls.py").write_text("import views\nurlpatterns = []")
    (tmp_path / "views.py").write_text("import model")
    (tmp_path / "model.py").write_text("weights = b'x' * 50_000_000")

    found = sizes(run(MEMORY / "imports.py", "settings", cwd=tmp_path))

    assert found["in all"] > found["urls.py: views"] >= found["views.py: model"] >= 49


@pytest.mark.runs("memory/imports.py")
def test_the_imports_of_the_example_app_are_measured() -> None:
    found = sizes(run(MEMORY / "imports.py", "config.settings"))

    assert "rates/carriers.py: httpx" in found
    assert "tracking/reports.py: redis" in found


LEAK = """
from django.http import HttpResponse
from django.urls import path

seen = []


def leaking(request):
    seen.append(request.path.encode() * 100)
    return HttpResponse()


def clean(request):
    return HttpResponse(request.path.encode() * 100)


urlpatterns = [path("leaking/", leaking), path("clean/", clean)]
"""


@pytest.mark.runs("memory/growth.py")
def test_the_line_that_keeps_something_of_each_request_is_named(tmp_path: Path) -> None:
    (tmp_path / "leak.py").write_text(LEAK)
    (tmp_path / "settings.py").write_text("ROOT_URLCONF = 'leak'\nALLOWED_HOSTS = ['localhost']")

    def grown(path: str) -> list[str]:
        ask = f"import runpy; runpy.run_path('{MEMORY / 'growth.py'}')['ask']('{path}')"
        command = ["-m", "django", "shell", "--verbosity", "0", "--command", ask]
        here = {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": tmp_path}
        first, second, *lines = run(*command, cwd=tmp_path, **here)
        assert first == second == f"200 × {path}: {{200}}"
        return lines

    assert grown("/clean/") == []
    [line] = grown("/leaking/")
    number = 1 + LEAK.splitlines().index("    seen.append(request.path.encode() * 100)")
    assert line.strip().endswith(f"bytes of each request stay: {tmp_path}/leak.py:{number}")
    assert 900 <= int(line.split()[0]) <= 1100
