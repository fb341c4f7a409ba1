"""RQ, with the settings that readers copy, runs the desk's job."""

import os
import re
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

FOLDER = QUEUES / "rq"
TASKS, WEIGH, WORKER = (FOLDER / name for name in ("tasks.py", "weigh.py", "worker.sh"))

# What a person of the staff sees at an address of the admin.
ASK_ADMIN = """
from django.contrib.auth.models import User
from django.test import Client
staff, _ = User.objects.get_or_create(username="staff", is_staff=True, is_superuser=True)
client = Client()
client.force_login(staff)
queue = "/admin/django_rq/dashboard/queues/0/"
answer = client.{method}(queue + "{page}", headers={{"host": "127.0.0.1"}})
assert answer.status_code in (200, 302), answer
print(answer.text)
"""


@pytest.fixture(scope="module")
def stage(postgres: Postgres, valkey: Valkey) -> Iterator[Stage]:
    with (
        own_database(valkey, 3) as url,
        queue_stage(postgres, FOLDER / "settings.py", QUEUE_URL=url) as stage,
    ):
        yield stage


@pytest.fixture(scope="module")
def worker(stage: Stage) -> Iterator[Process]:
    with stage.start_worker(WORKER) as worker:
        yield worker


@pytest.fixture
def alone(stage: Stage, valkey: Valkey) -> Iterator[Stage]:
    """Give the same desk with a queue that no other worker has."""
    with own_database(valkey, 4) as url:
        yield stage.but_with(QUEUE_URL=url)


@pytest.mark.runs("queues/rq/settings.py")
@pytest.mark.runs("queues/rq/weigh.py")
def test_a_job_of_a_transaction_runs_when_that_is_committed(stage: Stage, worker: Process) -> None:
    number = stage.new_number()

    stage.run(f"weigh({number!r}, 750)", WEIGH)

    stage.wait_for_label(number, worker)
    assert stage.weight_of(number) == 750


@pytest.mark.runs("queues/rq/weigh.py")
def test_a_transaction_that_is_rolled_back_enqueues_nothing(stage: Stage, worker: Process) -> None:
    rolled_back, later = stage.new_number(), stage.new_number()

    stage.weigh_after_a_rollback(WEIGH, rolled_back, later)

    stage.wait_for_label(later, worker)
    assert not stage.has_label(rolled_back)


@pytest.mark.runs("queues/rq/tasks.py")
def test_without_that_mode_the_job_of_a_rolled_back_transaction_runs(
    stage: Stage, worker: Process
) -> None:
    number = stage.new_number()

    stage.run(
        f"from django.db import transaction\n"
        f"from django_rq import get_queue\n"
        f"with transaction.atomic():\n"
        f"    get_queue(commit_mode='auto').enqueue(print_label, {number!r})\n"
        f"    transaction.set_rollback(True)",
        TASKS,
    )

    stage.wait_for_label(number, worker)


@pytest.mark.runs("queues/rq/tasks.py")
def test_a_job_that_fails_waits_for_its_next_try_in_the_admin(
    stage: Stage, worker: Process
) -> None:
    job = stage.run("print(print_label.enqueue('no such parcel').id)", TASKS).strip()

    wait_until(lambda: job in page(stage, "scheduled/"), "the job among those that wait")

    assert "Parcel matching query does not exist" in worker.log


def test_a_job_that_failed_is_seen_in_the_admin_and_started_again_there(
    stage: Stage, worker: Process
) -> None:
    number = "late parcel"
    enqueue = f"from django_rq import enqueue; print(enqueue(print_label, {number!r}).id)"
    job = stage.run(enqueue, TASKS).strip()

    wait_until(lambda: job in page(stage, "failed/"), "the job among the failed")

    result = re.search(rf"{job}/results/[^/]+/", page(stage, f"{job}/"))
    assert "Parcel matching query does not exist" in page(stage, result[0])
    another = (
        "customer_id, depot_id, carrier, weight_g, status, created FROM parcels_parcel LIMIT 1"
    )
    columns = "number, customer_id, depot_id, carrier, weight_g, status, created"
    stage.db.execute(f"INSERT INTO parcels_parcel ({columns}) SELECT %s, {another}", [number])
    page(stage, f"{job}/requeue/", "post")
    stage.wait_for_label(number, worker)


def test_a_stop_that_also_reaches_the_process_of_the_job_breaks_the_job_off(alone: Stage) -> None:
    with alone.start_worker(WORKER) as worker, alone.held_labels() as wait_for_a_job:
        number = alone.new_number()
        job = alone.run(f"print(print_label.enqueue({number!r}).id)", TASKS).strip()
        wait_for_a_job(worker)
        for process in worker.tree():  # as systemd does unless KillMode=mixed
            process.terminate()
        wait_until(lambda: not worker.is_running(), "the end of the worker")

    assert job in page(alone, "scheduled/")
    assert not alone.has_label(number)


def test_a_job_whose_worker_is_killed_waits_for_its_next_try_once_another_worker_is_there(
    alone: Stage,
) -> None:
    with alone.start_worker(WORKER) as worker, alone.held_labels() as wait_for_a_job:
        number = alone.new_number()
        job = alone.run(f"print(print_label.enqueue({number!r}).id)", TASKS).strip()
        wait_for_a_job(worker)
        kill(worker)
    age(alone.env["QUEUE_URL"], "rq:wip:default")

    with alone.start_worker(WORKER):
        wait_until(lambda: job in page(alone, "scheduled/"), "the job among those that wait")


def page(stage: Stage, path: str, method: str = "get") -> str:
    return stage.run(ASK_ADMIN.format(page=path, method=method))


@pytest.mark.runs("queues/rq/worker.sh")
def test_a_worker_that_is_asked_to_end_ends_its_job_first(alone: Stage) -> None:
    number = alone.new_number()

    with alone.start_worker(WORKER) as worker:
        with alone.held_labels() as wait_for_a_job:
            alone.run(f"weigh({number!r}, 750)", WEIGH)
            wait_for_a_job(worker)
            os.kill(worker.pid, signal.SIGTERM)
            wait_for_log(worker, "warm shut down requested")
        wait_until(lambda: not worker.is_running(), "the end of the worker")

        assert alone.has_label(number)
        assert worker.exit_code == 0
