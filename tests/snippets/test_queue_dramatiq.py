"""Dramatiq, with the settings that readers copy, runs the desk's job."""

import os
import signal
from collections.abc import Iterator

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

FOLDER = QUEUES / "dramatiq"
TASKS, WEIGH, WORKER = (FOLDER / name for name in ("tasks.py", "weigh.py", "worker.sh"))
ONE_AT_A_TIME = {"THREADS": "1"}  # so what comes later is done later

# What a person of the staff sees at an address of the admin.
ASK_ADMIN = """
from django.contrib.auth.models import User
from django.test import Client
staff, _ = User.objects.get_or_create(username="staff", is_staff=True, is_superuser=True)
client = Client()
client.force_login(staff)
answer = client.get("/admin/django_dramatiq/task/{page}", headers={{"host": "127.0.0.1"}})
assert answer.status_code == 200, answer
print(answer.text)
"""


@pytest.fixture(scope="module")
def stage(postgres: Postgres, valkey: Valkey) -> Iterator[Stage]:
    with (
        own_database(valkey, 5) as url,
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
    with own_database(valkey, 6) as url:
        yield stage.but_with(QUEUE_URL=url)


@pytest.mark.runs("queues/dramatiq/settings.py")
@pytest.mark.runs("queues/dramatiq/weigh.py")
def test_a_job_of_a_transaction_runs_when_that_is_committed(stage: Stage, worker: Process) -> None:
    number = stage.new_number()

    stage.run(f"weigh({number!r}, 750)", WEIGH)

    stage.wait_for_label(number, worker)
    assert stage.weight_of(number) == 750


@pytest.mark.runs("queues/dramatiq/weigh.py")
def test_a_transaction_that_is_rolled_back_enqueues_nothing(stage: Stage, worker: Process) -> None:
    rolled_back, later = stage.new_number(), stage.new_number()

    stage.weigh_after_a_rollback(WEIGH, rolled_back, later)

    stage.wait_for_label(later, worker)
    assert not stage.has_label(rolled_back)


@pytest.mark.runs("queues/dramatiq/tasks.py")
def test_without_on_commit_the_job_of_a_rolled_back_transaction_runs(
    stage: Stage, worker: Process
) -> None:
    number = stage.new_number()

    stage.run(
        f"from django.db import transaction\n"
        f"with transaction.atomic():\n"
        f"    print_label.send({number!r})\n"
        f"    transaction.set_rollback(True)",
        TASKS,
    )

    stage.wait_for_label(number, worker)


@pytest.mark.runs("queues/dramatiq/tasks.py")
@pytest.mark.usefixtures("worker")
def test_a_job_that_fails_is_seen_in_the_admin_with_its_traceback(stage: Stage) -> None:
    job = stage.run("print(print_label.send('no such parcel').message_id)", TASKS).strip()

    wait_until(lambda: status_of(stage, job) == "failed", "the job among the failed")

    assert "Parcel matching query does not exist" in page(stage, f"{job}/change/")
    assert job in page(stage, "?status=failed")


@pytest.mark.usefixtures("worker")
def test_a_job_that_is_tried_again_later_is_seen_as_delayed(stage: Stage) -> None:
    # PostgreSQL takes no such text. For all that Dramatiq knows, that may pass.
    job = stage.run("print(print_label.send('0\\x00').message_id)", TASKS).strip()

    wait_until(lambda: status_of(stage, job) == "delayed", "the job among those that wait")


def status_of(stage: Stage, job: str) -> str:
    found = "SELECT status FROM django_dramatiq_task WHERE id = %s"
    return stage.db.execute(found, [job]).fetchone()[0]


def page(stage: Stage, path: str) -> str:
    return stage.run(ASK_ADMIN.format(page=path))


@pytest.mark.runs("queues/dramatiq/worker.sh")
def test_a_worker_that_is_asked_to_end_ends_its_job_first(alone: Stage) -> None:
    number = alone.new_number()

    with alone.start_worker(WORKER) as worker:
        with alone.held_labels() as wait_for_a_job:
            alone.run(f"weigh({number!r}, 750)", WEIGH)
            wait_for_a_job(worker)
            os.kill(worker.pid, signal.SIGTERM)
            wait_for_log(worker, "Sending signal 'SIGTERM'")
        wait_until(lambda: not worker.is_running(), "the end of the worker")

        assert alone.has_label(number)
        assert worker.exit_code == 0


def test_a_job_whose_worker_is_killed_goes_to_another_when_its_heartbeat_is_old(
    alone: Stage,
) -> None:
    number = alone.new_number()

    with alone.start_worker(WORKER) as worker, alone.held_labels() as wait_for_a_job:
        alone.run(f"weigh({number!r}, 750)", WEIGH)
        wait_for_a_job(worker)
        kill(worker)
    age(alone.env["QUEUE_URL"], "dramatiq:__heartbeats__")

    with alone.start_worker(WORKER) as another:
        alone.wait_for_label(number, another)
