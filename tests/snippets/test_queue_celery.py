"""Celery, with the settings that readers copy, runs the desk's job."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.valkey import Valkey

from .queue_stage import (
    QUEUES,
    Stage,
    age,
    kill,
    own_database,
    queue_stage,
    wait_for_log,
    wait_until,
)

FOLDER = QUEUES / "celery"
TASKS, WEIGH, WORKER = (FOLDER / name for name in ("tasks.py", "weigh.py", "worker.sh"))
ONE_AT_A_TIME = {"CONCURRENCY": "1"}  # so what comes later is done later


@pytest.fixture(scope="module")
def stage(postgres: Postgres, valkey: Valkey) -> Iterator[Stage]:
    with (
        own_database(valkey, 1) as url,
        queue_stage(postgres, FOLDER / "settings.py", QUEUE_URL=url) as stage,
    ):
        yield stage


@pytest.fixture(scope="module")
def worker(stage: Stage) -> Iterator[Process]:
    with stage.start_worker(WORKER, **ONE_AT_A_TIME) as worker:
        yield worker


@pytest.fixture
def alone(stage: Stage, valkey: Valkey) -> Iterator[Stage]:
    """Give the same desk with a queue that no other worker has."""
    with own_database(valkey, 2) as url:
        yield stage.but_with(QUEUE_URL=url)


@pytest.mark.runs("queues/celery/settings.py")
@pytest.mark.runs("queues/celery/weigh.py")
def test_a_job_of_a_transaction_runs_when_that_is_committed(stage: Stage, worker: Process) -> None:
    number = stage.new_number()

    stage.run(f"weigh({number!r}, 750)", WEIGH)

    stage.wait_for_label(number, worker)
    assert stage.weight_of(number) == 750


@pytest.mark.runs("queues/celery/weigh.py")
def test_a_transaction_that_is_rolled_back_enqueues_nothing(stage: Stage, worker: Process) -> None:
    rolled_back, later = stage.new_number(), stage.new_number()

    stage.weigh_after_a_rollback(WEIGH, rolled_back, later)

    stage.wait_for_label(later, worker)
    assert not stage.has_label(rolled_back)


@pytest.mark.runs("queues/celery/tasks.py")
def test_without_on_commit_the_job_of_a_rolled_back_transaction_runs(
    stage: Stage, worker: Process
) -> None:
    number = stage.new_number()

    stage.run(
        f"from django.db import transaction\n"
        f"with transaction.atomic():\n"
        f"    print_label.delay({number!r})\n"
        f"    transaction.set_rollback(True)",
        TASKS,
    )

    stage.wait_for_label(number, worker)


@pytest.mark.runs("queues/celery/tasks.py")
def test_a_job_that_fails_is_seen_in_the_log_of_the_worker(stage: Stage, worker: Process) -> None:
    stage.run("print_label.delay('no such parcel')", TASKS)

    wait_for_log(worker, "Parcel matching query does not exist")

    assert "Task queues.celery.tasks.print_label" in worker.log
    assert "raised unexpected: DoesNotExist" in worker.log


@pytest.mark.runs("queues/celery/app.py")
@pytest.mark.runs("queues/celery/worker.sh")
def test_a_worker_that_is_asked_to_end_ends_its_job_first(alone: Stage) -> None:
    number = alone.new_number()

    with alone.start_worker(WORKER) as worker:
        with alone.held_labels() as wait_for_a_job:
            alone.run(f"weigh({number!r}, 750)", FOLDER / "app.py", WEIGH)
            wait_for_a_job(worker)
            os.kill(worker.pid, signal.SIGTERM)
            wait_for_log(worker, "Warm shutdown")
        wait_until(lambda: not worker.is_running(), "the end of the worker")

        assert alone.has_label(number)
        assert worker.exit_code == 0


def test_a_job_whose_process_is_killed_is_tried_again(alone: Stage) -> None:
    number = alone.new_number()

    with alone.start_worker(WORKER, **ONE_AT_A_TIME) as worker:
        with alone.held_labels() as wait_for_a_job:
            alone.run(f"weigh({number!r}, 750)", WEIGH)
            wait_for_a_job(worker)
            [child] = psutil.Process(worker.pid).children()
            child.kill()
            wait_for_log(worker, "SIGKILL")

        alone.wait_for_label(number, worker)


def test_a_job_whose_worker_is_killed_goes_to_another_after_the_visibility_time_out(
    alone: Stage,
) -> None:
    number = alone.new_number()

    with alone.start_worker(WORKER) as worker, alone.held_labels() as wait_for_a_job:
        alone.run(f"weigh({number!r}, 750)", WEIGH)
        wait_for_a_job(worker)
        kill(worker)
    age(alone.env["QUEUE_URL"], "unacked_index")

    with alone.start_worker(WORKER) as another:
        alone.wait_for_label(number, another)
