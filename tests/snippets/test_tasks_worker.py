"""Jobs in the database: ordered by a request, run by the unit's worker, seen when they fail."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from crossroads.services.postgres import Postgres
from crossroads.services.process import Process

from .queue_stage import wait_until
from .tasks_stage import APP, DEADLINE_S, TASKS, Deployed, deployed, logged_in, own_database, post

UNIT = TASKS / "desk-jobs.service"
runs_unit = pytest.mark.runs("tasks/desk-jobs.service")
STATUS = "SELECT status FROM django_tasks_database_dbtaskresult WHERE id = %s"
ENQUEUE = "from labels.tasks import print_label; print(print_label.enqueue({!r}).id)"


@pytest.fixture(scope="module")
def desk(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Give a desk on PostgreSQL; each test has parcels of its own."""
    with (
        own_database(postgres, "desk_of_jobs") as url,
        deployed(url, tmp_path_factory.mktemp("srv")) as desk,
    ):
        yield desk


@pytest.fixture
def db(desk: Deployed) -> Iterator[psycopg.Connection]:
    with psycopg.connect(desk.env["DATABASE_URL"], autocommit=True) as db:
        yield db
        db.execute("TRUNCATE django_tasks_database_dbtaskresult, labels_label")


@pytest.fixture
def worker(desk: Deployed) -> Iterator[Process]:
    with desk.start_unit(UNIT) as worker:
        yield worker


@contextmanager
def jammed(desk: Deployed) -> Iterator[None]:
    """Keep every label from being stored, so a job that prints one stays in progress."""
    with psycopg.connect(desk.env["DATABASE_URL"]) as printer:
        printer.execute("LOCK TABLE labels_label")
        yield


def wait_for_status(db: psycopg.Connection, job: str, status: str, worker: Process) -> None:
    worker.wait_until(
        lambda: db.execute(STATUS, [job]).fetchone() == (status,), deadline_s=DEADLINE_S
    )


def order_and_take(desk: Deployed) -> None:
    """Order a label in a browser and wait until it can be taken."""
    office = "/desk/parcels/DX00000007/label/"
    with desk.serve() as server, desk.start_unit(UNIT) as worker, logged_in(server) as browser:
        assert "Label as PDF" not in browser.get(office).text
        ordered = post(browser, f"{office}order/", at=office)
        assert ordered.url.path == office

        worker.wait_until(lambda: "Label as PDF" in browser.get(office).text, deadline_s=DEADLINE_S)
        assert browser.get(f"{office}pdf/").content.startswith(b"%PDF-")
        assert worker.stop(grace_s=DEADLINE_S) == 0


@runs_unit
@pytest.mark.usefixtures("db")
def test_what_a_request_orders_the_worker_prints(desk: Deployed) -> None:
    order_and_take(desk)


@runs_unit
def test_sqlite_is_enough_for_it(tmp_path: Path) -> None:
    with deployed(f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path) as desk:
        order_and_take(desk)


def test_a_job_that_fails_is_kept_with_its_error(
    desk: Deployed, db: psycopg.Connection, worker: Process
) -> None:
    job = desk.run(ENQUEUE.format("DX99999999"))
    wait_for_status(db, job, "FAILED", worker)

    ask = f"from labels.tasks import print_label; print(print_label.get_result({job!r}).errors[0])"
    assert "parcels.models.Parcel.DoesNotExist" in desk.run(ask)
    checked = desk.manage("check_jobs")
    assert (checked.returncode, checked.stderr) == (
        1,
        "CommandError: jobs failed: the admin shows their tracebacks\n",
    )


def test_a_worker_that_is_asked_to_stop_finishes_its_job(
    desk: Deployed, db: psycopg.Connection, worker: Process
) -> None:
    with jammed(desk):
        job = desk.run(ENQUEUE.format("DX00000003"))
        wait_for_status(db, job, "RUNNING", worker)
        os.kill(worker.pid, signal.SIGTERM)
        worker.wait_until(lambda: "shutting down gracefully" in worker.log)

    wait_until(lambda: not worker.is_running(), "the end of the worker")
    assert worker.exit_code == 0
    assert db.execute(STATUS, [job]).fetchone() == ("SUCCESSFUL",)


def test_the_job_of_a_killed_worker_runs_for_ever_until_it_is_started_again(
    desk: Deployed, db: psycopg.Connection
) -> None:
    with desk.start_unit(UNIT) as victim, jammed(desk):
        lost = desk.run(ENQUEUE.format("DX00000004"))
        wait_for_status(db, lost, "RUNNING", victim)
        victim.stop(grace_s=0.0)

    with desk.start_unit(UNIT) as worker:
        later = desk.run(ENQUEUE.format("DX00000005"))
        wait_for_status(db, later, "SUCCESSFUL", worker)
        assert db.execute(STATUS, [lost]).fetchone() == ("RUNNING",)
        assert "a job runs too long" in desk.manage("check_jobs", "--running", "0").stderr

        assert desk.must_manage("retry_jobs", "--stuck", "0") == "1 jobs wait again\n"
        wait_for_status(db, lost, "SUCCESSFUL", worker)


def test_a_job_is_given_to_one_worker_only(
    desk: Deployed, db: psycopg.Connection, worker: Process
) -> None:
    with desk.start_unit(UNIT) as other:
        for process in (worker, other):
            process.wait_until(lambda log=process: "Starting worker" in log.log)
        desk.run(
            "from labels.tasks import print_label\n"
            "for number in range(10, 40): print_label.enqueue(f'DX{number:08}')"
        )
        done = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status = 'SUCCESSFUL'"
        wait_until(lambda: db.execute(done).fetchone() == (30,), "all jobs")

    ids = "SELECT worker_ids FROM django_tasks_database_dbtaskresult"
    assert all(len(taken_by) == 1 for (taken_by,) in db.execute(ids))


@pytest.mark.usefixtures("db")
def test_a_job_in_a_transaction_that_is_rolled_back_is_no_job(desk: Deployed) -> None:
    left = desk.run(
        "from contextlib import suppress\n"
        "from functools import partial\n"
        "from django.db import transaction\n"
        "from django_tasks_db.models import DBTaskResult\n"
        "from labels.tasks import print_label\n"
        "with suppress(ZeroDivisionError), transaction.atomic():\n"
        "    transaction.on_commit(partial(print_label.enqueue, 'DX00000006'))\n"
        "    print_label.enqueue('DX00000006')\n"
        "    1 / 0\n"
        "print(DBTaskResult.objects.count())"
    )

    assert left == "0"


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed; apt install systemd")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "app").symlink_to(APP)
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/srv/desk", str(tmp_path)))

    command = [analyze, "verify", "--man=no", unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
