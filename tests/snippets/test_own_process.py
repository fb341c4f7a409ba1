"""A heavy thing in a process of its own: as a job when nobody waits, as a service when one does."""

import os
import runpy
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import get_status

from .queue_stage import wait_until
from .tasks_stage import APP, DEADLINE_S, ROOT, RUN_UNIT, Deployed, deployed

HERE = ROOT / "snippets" / "own_process"
SERVICE, HEAVY, ASK, PSS = (
    HERE / name for name in ("desk-distances.service", "desk-heavy.service", "ask.py", "pss.sh")
)
TOKEN = "only-for-this-test"  # noqa: S105 - of a service that lives for seconds
PYTHONPATH = os.pathsep.join([str(APP), str(HERE.parent)])

# As a view would; the files of the marks are imported by their names.
ENQUEUE = """
import importlib, os, sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
for file in map(Path, sys.argv[1:]):
    module = importlib.import_module(f"own_process.{file.stem}")
    assert Path(module.__file__) == file
for place in 3, 4:
    module.plan_round.enqueue(place)
"""

type Start = Callable[[], tuple[Process, str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Give a function that starts the service and returns it with its URL."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "app").symlink_to(APP)
    running = []

    def start() -> tuple[Process, str]:
        port = free_port()
        env = {"DISTANCES_TOKEN": TOKEN, "PLACES": "200", "PORT": str(port)}
        command = [sys.executable, RUN_UNIT, SERVICE, "ExecStart", "/srv/desk", tmp_path]
        process = Process.start(
            command, name="distances", env=os.environ | env | {"PYTHONPATH": PYTHONPATH}
        )
        running.append(process)
        process.wait_until(
            lambda: get_status(port, "/health/", DEADLINE_S) == 200, deadline_s=DEADLINE_S
        )
        return process, f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        process.stop(grace_s=0.0)


@pytest.fixture
def nearest(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Callable[..., object]]]:
    """Give a function that imports Django's side for a URL."""
    clients = []

    def made(url: str, token: str = TOKEN) -> Callable[..., object]:
        monkeypatch.setenv("DISTANCES_URL", url)
        monkeypatch.setenv("DISTANCES_TOKEN", token)
        names = runpy.run_path(str(ASK))
        clients.append(names["client"])
        return names["nearest"]

    yield made
    for client in clients:
        client.close()


@pytest.mark.runs("own_process/desk-distances.service")
@pytest.mark.runs("own_process/ask.py")
def test_the_service_answers_from_its_only_copy(start: Start, nearest: Callable) -> None:
    service, url = start()
    ask = nearest(url)

    assert len(ask(3, count=4)) == 4
    assert ask(3, count=1) != [3]
    assert service.log.count("200 places loaded") == 1


@pytest.mark.runs("own_process/ask.py")
def test_who_has_no_token_gets_nothing(start: Start, nearest: Callable) -> None:
    _, url = start()

    assert httpx.get(f"{url}/nearest/?place=3&count=2", timeout=30).status_code == 401
    assert nearest(url, token="wrong")(3) is None  # noqa: S106 - it is


def test_a_question_without_sense_is_refused(start: Start) -> None:
    _, url = start()
    token = {"Authorization": f"Bearer {TOKEN}"}

    for question in ("", "place=x&count=1", "place=200&count=1"):
        answer = httpx.get(f"{url}/nearest/?{question}", headers=token, timeout=30)
        assert answer.status_code == 400


@pytest.mark.runs("own_process/service.py")
def test_the_service_does_not_start_without_a_token() -> None:
    env = os.environ | {"DISTANCES_TOKEN": "", "PYTHONPATH": PYTHONPATH}
    done = subprocess.run(
        [sys.executable, HERE / "service.py"], env=env, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (1, "set DISTANCES_TOKEN to a long random text\n")


@pytest.mark.runs("own_process/ask.py")
def test_a_service_that_hangs_or_is_away_takes_no_page_along(nearest: Callable) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert nearest("http://127.0.0.1:{1}".format(*silent.getsockname()))(3) is None
    assert nearest(f"http://127.0.0.1:{free_port()}")(3) is None


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Deployed]:
    (tmp_path / "srv").mkdir()
    with deployed(f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path / "srv") as desk:
        yield Deployed(desk.folder, desk.env | {"PLACES": "200", "PYTHONPATH": PYTHONPATH})


@pytest.mark.runs("own_process/desk-heavy.service")
@pytest.mark.runs("own_process/distances.py")
@pytest.mark.runs("own_process/tasks.py")
def test_heavy_jobs_have_a_worker_of_their_own_with_one_copy(desk: Deployed) -> None:
    command = [sys.executable, "-c", ENQUEUE, HERE / "distances.py", HERE / "tasks.py"]
    subprocess.run(command, env=desk.env, check=True)
    heavy, light = (
        "from django_tasks_db.models import DBTaskResult\n"
        f"jobs = DBTaskResult.objects.filter(queue_name='{queue}')\n"
        "print(*jobs.values_list('status', flat=True))"
        for queue in ("heavy", "default")
    )

    desk.must_manage("db_worker", "--batch", "--no-startup-delay")  # of the default queue
    assert desk.run(heavy) == "READY READY"
    desk.run("from labels.tasks import print_label; print_label.enqueue('DX00000001')")
    with desk.start_unit(HEAVY) as worker:
        wait_until(lambda: desk.run(heavy) == "SUCCESSFUL SUCCESSFUL", "two rounds")
        assert worker.log.count("200 places loaded") == 1
    assert desk.run(light) == "READY"


@pytest.mark.runs("own_process/pss.sh")
def test_the_memory_of_each_worker_is_printed(start: Start) -> None:
    service, _ = start()
    (worker,) = psutil.Process(service.pid).children()

    done = subprocess.run(["sh", PSS, str(service.pid)], capture_output=True, text=True, check=True)

    pid, megabytes, unit = done.stdout.split()
    assert (int(pid), unit) == (worker.pid, "MB")
    full = worker.memory_full_info()
    assert full.uss / 2**20 - 1 <= int(megabytes) <= full.rss / 2**20


@pytest.mark.parametrize("unit", [SERVICE, HEAVY], ids=lambda unit: unit.stem)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed; apt install systemd")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "app").symlink_to(APP)
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/srv/desk", str(tmp_path)))

    command = [analyze, "verify", "--man=no", here]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
