"""Huey, with the settings that readers copy, runs the desk's job."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossroads.services.postgres import Postgres
from crossroads.services.process import Process

from .queue_stage import APP, QUEUES, Stage, kill, queue_stage, wait_for_log, wait_until

FOLDER = QUEUES / "huey"
TASKS, WEIGH, WORKER = (FOLDER / name for name in ("tasks.py", "weigh.py", "worker.sh"))
ONE_AT_A_TIME = {"QUEUE_WORKERS": "1"}  # so what comes later is done later

DJANGO_TASK = """
from django.db import transaction
from django.tasks import task
from labels import printing
print_label = task()(printing.print_label)
"""


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    file = str(tmp_path_factory.mktemp("huey") / "queue.sqlite3")
    with queue_stage(postgres, FOLDER / "settings.py", QUEUE_FILE=file) as stage:
        yield stage


@pytest.fixture(scope="module")
def worker(stage: Stage) -> Iterator[Process]:
    with stage.start_worker(WORKER, **ONE_AT_A_TIME) as worker:
        yield worker


@pytest.fixture
def alone(stage: Stage, tmp_path: Path) -> Stage:
    """Return the same desk with a queue that no other worker has."""
    return stage.but_with(QUEUE_FILE=str(tmp_path / "queue.sqlite3"), **ONE_AT_A_TIME)


@pytest.mark.runs("queues/huey/settings.py")
@pytest.mark.runs("queues/huey/weigh.py")
def test_a_job_of_a_transaction_runs_when_that_is_committed(stage: Stage, worker: Process) -> None:
    number = stage.new_number()

    stage.run(f"weigh({number!r}, 750)", WEIGH)

    stage.wait_for_label(number, worker)
    assert stage.weight_of(number) == 750


@pytest.mark.runs("queues/huey/weigh.py")
def test_a_transaction_that_is_rolled_back_enqueues_nothing(stage: Stage, worker: Process) -> None:
    rolled_back, later = stage.new_number(), stage.new_number()

    stage.weigh_after_a_rollback(WEIGH, rolled_back, later)

    stage.wait_for_label(later, worker)
    assert not stage.has_label(rolled_back)


@pytest.mark.runs("queues/huey/settings.py")
def test_a_task_of_django_waits_for_the_commit_as_well(stage: Stage, worker: Process) -> None:
    rolled_back, later = stage.new_number(), stage.new_number()

    stage.run(
        f"{DJANGO_TASK}"
        f"with transaction.atomic():\n"
        f"    print_label.enqueue({rolled_back!r})\n"
        f"    transaction.set_rollback(True)\n"
        f"with transaction.atomic():\n"
        f"    print_label.enqueue({later!r})"
    )

    stage.wait_for_label(later, worker)
    assert not stage.has_label(rolled_back)


@pytest.mark.runs("queues/huey/settings.py")
def test_without_that_option_the_task_of_a_rolled_back_transaction_runs(
    stage: Stage, worker: Process
) -> None:
    number = stage.new_number()

    stage.run(
        f"{DJANGO_TASK}"
        f"from huey.contrib.djhuey.tasks_backend import HueyBackend\n"
        f"by_default = HueyBackend('default', {{}})\n"
        f"with transaction.atomic():\n"
        f"    by_default.enqueue(print_label, [{number!r}], {{}})\n"
        f"    transaction.set_rollback(True)"
    )

    stage.wait_for_label(number, worker)


@pytest.mark.runs("queues/huey/tasks.py")
def test_a_job_that_fails_is_seen_in_the_log_of_the_worker(stage: Stage, worker: Process) -> None:
    stage.run("print_label('no such parcel')", TASKS)

    wait_for_log(worker, "Parcel matching query does not exist")

    assert "Unhandled exception in task" in worker.log
    wait_for_log(worker, "2 retries")


@pytest.mark.runs("queues/huey/tasks.py")
def test_each_night_at_three_all_that_is_missing_is_enqueued(alone: Stage) -> None:
    found = "SELECT count(*) FROM parcels_parcel p LEFT JOIN labels_label l ON p.id = parcel_id"
    missing = alone.db.execute(f"{found} WHERE l.id IS NULL").fetchone()[0]

    night = alone.run(
        "from datetime import datetime\n"
        "from huey.contrib.djhuey import HUEY\n"
        "times = [datetime(2026, 11, 21, 3, minute) for minute in (0, 1)]\n"
        "print([print_what_is_missing.task_class().validate_datetime(at) for at in times])\n"
        "print_what_is_missing.call_local()\n"
        "print(HUEY.pending_count())",
        TASKS,
    )

    assert night.splitlines() == ["[True, False]", str(missing)]


@pytest.mark.runs("queues/huey/worker.sh")
def test_a_worker_that_is_asked_to_end_ends_its_job_first(alone: Stage) -> None:
    number = alone.new_number()

    with alone.start_worker(WORKER) as worker:
        with alone.held_labels() as wait_for_a_job:
            alone.run(f"weigh({number!r}, 750)", WEIGH)
            wait_for_a_job(worker)
            os.kill(worker.pid, signal.SIGTERM)
            wait_for_log(worker, "Shutting down gracefully")
        wait_until(lambda: not worker.is_running(), "the end of the worker")

        assert alone.has_label(number)
        assert worker.exit_code == 0


def test_without_that_setting_the_job_of_a_worker_that_is_asked_to_end_is_lost(
    alone: Stage,
) -> None:
    lost, later = alone.new_number(), alone.new_number()
    by_default = ["python", "manage.py", "run_huey", "--graceful-signal", "INT"]

    with (
        Process.start(by_default, name="huey", env=alone.env, cwd=APP) as worker,
        alone.held_labels() as wait_for_a_job,
    ):
        alone.run(f"weigh({lost!r}, 750)", WEIGH)
        wait_for_a_job(worker)
        os.kill(worker.pid, signal.SIGTERM)
        wait_until(lambda: not worker.is_running(), "the end of the worker")

    with alone.start_worker(WORKER) as worker:
        alone.run(f"weigh({later!r}, 750)", WEIGH)
        alone.wait_for_label(later, worker)

    assert not alone.has_label(lost)


def test_a_job_whose_worker_is_killed_is_lost(alone: Stage) -> None:
    lost, later = alone.new_number(), alone.new_number()

    with alone.start_worker(WORKER) as worker, alone.held_labels() as wait_for_a_job:
        alone.run(f"weigh({lost!r}, 750)", WEIGH)
        wait_for_a_job(worker)
        kill(worker)

    with alone.start_worker(WORKER) as another:
        alone.run(f"weigh({later!r}, 750)", WEIGH)
        alone.wait_for_label(later, another)

    assert not alone.has_label(lost)
