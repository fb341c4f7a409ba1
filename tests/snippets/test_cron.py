"""Commands that a clock starts: by cron or by systemd, alone, and heard of when they stay away."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .queue_stage import wait_until
from .tasks_stage import APP, RUN_UNIT, TASKS, Deployed, deployed

CRONTAB, SERVICE, TIMER, MANAGE = (
    TASKS / name for name in ("crontab", "desk-labels.service", "desk-labels.timer", "manage.sh")
)
RUN_CRONTAB = Path(__file__).with_name("run_crontab.py")
PING = "https://ping.example.com/labels"
NAMES = ("DATABASE_URL", "DJANGO_INSECURE_HTTP", "DJANGO_SECRET_KEY")
BARE = {"HOME": "/", "LOGNAME": "desk", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
"""What cron gives a command."""

type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Give a desk on SQLite, with its environment in a file."""
    folder = tmp_path_factory.mktemp("srv")
    with deployed(f"sqlite:///{folder / 'desk.sqlite3'}", folder) as desk:
        lines = [f"{name}='{desk.env[name]}'" for name in NAMES]
        (folder / "web.env").write_text("\n".join(lines))
        yield desk


@pytest.fixture
def pings() -> Iterator[list[str]]:
    """Give the addresses that somebody asked for, the first is that of who listens."""

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Ear) as server:
        heard = [f"http://127.0.0.1:{server.server_port}"]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield heard
        server.shutdown()
        thread.join()


@pytest.fixture
def cron(desk: Deployed) -> Run:
    """Return a function that runs the line of the crontab with this word."""
    env = BARE | {"DESK": str(desk.folder), "DESK_ENV": str(desk.folder / "web.env")}

    def run(word: str, ping: str = PING) -> subprocess.CompletedProcess[str]:
        here = [f"/srv/desk/manage.sh={MANAGE}", f"/srv/desk={desk.folder}", f"{PING}={ping}"]
        return subprocess.run(
            [sys.executable, RUN_CRONTAB, CRONTAB, word, *here],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def clean(desk: Deployed) -> None:
    desk.run("from labels.models import Label; Label.objects.all().delete()")


@pytest.mark.runs("tasks/crontab")
def test_cron_prints_the_labels_in_silence(cron: Run, desk: Deployed, pings: list[str]) -> None:
    clean(desk)

    done = cron("print_labels", ping=pings[0])

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert pings[1:] == ["/"]
    assert desk.must_manage("print_labels") == "0 labels printed\n"


@pytest.mark.runs("tasks/crontab")
def test_cron_has_something_to_mail_when_a_job_failed(cron: Run, desk: Deployed) -> None:
    assert cron("check_jobs").stderr == ""
    desk.run("from labels.tasks import print_label; print_label.enqueue('DX99999999')")
    desk.manage("db_worker", "--batch", "--no-startup-delay")

    done = cron("check_jobs")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "CommandError: jobs failed: the admin shows their tracebacks\n"


@pytest.mark.runs("tasks/crontab")
def test_cron_prunes_results_that_are_old(cron: Run, desk: Deployed) -> None:
    desk.run(
        "from datetime import timedelta; from django.utils import timezone\n"
        "from django_tasks_db.models import DBTaskResult; from labels.tasks import print_label\n"
        "old, new = (print_label.enqueue('DX00000001').db_result for _ in 'ab')\n"
        "for job, days in ((old, 15), (new, 13)):\n"
        "    job.status = 'SUCCESSFUL'; job.finished_at = timezone.now() - timedelta(days=days)\n"
        "    job.save()\n"
    )
    count = "from django_tasks_db.models import DBTaskResult; print(DBTaskResult.objects.count())"
    before = int(desk.run(count))

    done = cron("prune_db_task_results")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert int(desk.run(count)) == before - 1


@pytest.mark.runs("tasks/crontab")
def test_flock_gives_a_command_a_lock(cron: Run, desk: Deployed) -> None:
    assert cron("clearsessions").returncode == 0
    lock = desk.folder / "sessions.lock"
    with subprocess.Popen(["flock", lock, "cat"], stdin=subprocess.PIPE) as other:
        is_held = ["flock", "-n", "-E", "3", lock, "true"]
        wait_until(lambda: subprocess.run(is_held, check=False).returncode == 3, "the other's lock")
        done = cron("clearsessions")
        other.stdin.close()
    assert done.returncode == 1
    assert cron("clearsessions").returncode == 0


@pytest.mark.runs("tasks/manage.sh")
def test_a_command_gets_the_environment_of_the_deployment(desk: Deployed) -> None:
    env = BARE | {"DESK": str(desk.folder), "DESK_ENV": str(desk.folder / "web.env")}
    code = "from django.conf import settings; print(settings.SECRET_KEY)"

    said = subprocess.run(
        [MANAGE, "shell", "-v", "0", "-c", code],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.strip() == desk.env["DJANGO_SECRET_KEY"]


@pytest.mark.runs("tasks/desk-labels.service")
def test_the_unit_prints_the_labels(desk: Deployed, pings: list[str]) -> None:
    clean(desk)
    command = [sys.executable, RUN_UNIT, SERVICE, "ExecStart", "/srv/desk", desk.folder]

    done = subprocess.run(
        command, env=desk.env | {"PING_URL": pings[0]}, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("labels printed\n")
    assert not done.stdout.startswith("0")
    assert pings[1:] == ["/"]


@pytest.mark.runs("tasks/desk-labels.timer")
def test_systemd_understands_the_timer_and_its_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed; apt install systemd")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "app").symlink_to(APP)
    service = tmp_path / SERVICE.name
    service.write_text(SERVICE.read_text().replace("/srv/desk", str(tmp_path)))

    # The original is looked up as well, for the timer names it.
    command = [analyze, "verify", "--man=no", service, TIMER]
    done = subprocess.run(
        command,
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
