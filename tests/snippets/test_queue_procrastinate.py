"""Procrastinate, with the settings that readers copy, runs the desk's job."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from crossroads.services.postgres import Postgres
from crossroads.services.process import Process

from .queue_stage import QUEUES, Stage, queue_stage, wait_until

FOLDER = QUEUES / "procrastinate"
TASKS, WEIGH, WORKER = (FOLDER / name for name in ("tasks.py", "weigh.py", "worker.sh"))

# What a person of the staff sees of the jobs that failed.
ASK_ADMIN = """
from django.contrib.auth.models import User
from django.test import Client
staff, _ = User.objects.get_or_create(username="staff", is_staff=True, is_superuser=True)
client = Client(headers={"host": "127.0.0.1"})
client.force_login(staff)
answer = client.get("/admin/procrastinate/procrastinatejob/?status__exact=failed")
assert answer.status_code == 200, answer
print(answer.text)
"""


@pytest.fixture(scope="module")
def stage(postgres: Postgres) -> Iterator[Stage]:
    with queue_stage(postgres, FOLDER / "settings.py") as stage:
        yield stage


@pytest.fixture(scope="module")
def worker(stage: Stage) -> Iterator[Process]:
    # The queue `own` is left to the tests that end their worker. What waits for a retry is
    # found by polling.
    often = {"PROCRASTINATE_WORKER_FETCH_JOB_POLLING_INTERVAL": "0.1"}
    with stage.start_worker(WORKER, PROCRASTINATE_WORKER_QUEUES="default", **often) as worker:
        yield worker


def start_own_worker(stage: Stage, **env: str) -> Process:
    return stage.start_worker(WORKER, PROCRASTINATE_WORKER_QUEUES="own", **env)


def jobs(stage: Stage, number: str, columns: str = "status") -> list[tuple[object, ...]]:
    """Return what is known of the jobs that print the label of a parcel."""
    found = f"SELECT {columns} FROM procrastinate_jobs WHERE args->>'number' = %s"  # noqa: S608
    return stage.db.execute(found, [number]).fetchall()


def wait_for_status(stage: Stage, number: str, status: str) -> None:
    wait_until(lambda: jobs(stage, number) == [(status,)], f"the job of {number} to be {status}")


def defer_out_of_turn(stage: Stage, task: str) -> None:
    """Have a task of the schedule run now, whether or not its own turn comes at the same time."""
    stage.run(f"{task}.configure(queueing_lock='now').defer(timestamp=0)", TASKS)


def change(stage: Stage, number: str, changes: str) -> None:
    """Have a job be as it would be later on."""
    changed = f"UPDATE procrastinate_jobs SET {changes} WHERE args->>'number' = %s"  # noqa: S608
    assert stage.db.execute(changed, [number]).rowcount == 1


@pytest.mark.runs("queues/procrastinate/settings.py")
@pytest.mark.runs("queues/procrastinate/weigh.py")
def test_a_job_of_a_transaction_runs_when_that_is_committed(stage: Stage, worker: Process) -> None:
    number = stage.new_number()

    stage.run(f"weigh({number!r}, 750)", WEIGH)

    stage.wait_for_label(number, worker)
    assert stage.weight_of(number) == 750
    assert jobs(stage, number, "lock") == [(f"parcel-{number}",)]


@pytest.mark.runs("queues/procrastinate/weigh.py")
def test_a_transaction_that_is_rolled_back_leaves_no_job(stage: Stage, worker: Process) -> None:
    rolled_back, later = stage.new_number(), stage.new_number()

    stage.weigh_after_a_rollback(WEIGH, rolled_back, later)

    stage.wait_for_label(later, worker)
    assert jobs(stage, rolled_back) == []
    assert not stage.has_label(rolled_back)


@pytest.mark.runs("queues/procrastinate/tasks.py")
def test_a_job_that_fails_is_seen_in_the_admin_and_in_the_log(
    stage: Stage, worker: Process
) -> None:
    stage.run("print_label.defer(number='no such parcel')", TASKS)

    wait_for_status(stage, "no such parcel", "failed")
    assert jobs(stage, "no such parcel", "attempts") == [(1,)]
    asked = stage.run(ASK_ADMIN)
    assert "no such parcel" in asked
    assert "Retry Job" in asked
    wait_until(lambda: "Parcel matching query does not exist" in worker.log, "its traceback")


@pytest.mark.runs("queues/procrastinate/tasks.py")
def test_a_job_that_loses_its_database_is_tried_again(stage: Stage, worker: Process) -> None:
    number = stage.new_number()
    waiting = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"

    with stage.held_labels() as wait_for_a_job:
        stage.run(f"print_label.defer(number={number!r})", TASKS)
        wait_for_a_job(worker)
        stage.db.execute(f"{waiting} AND relation = 'labels_label'::regclass")
        wait_for_status(stage, number, "todo")
    tried = jobs(stage, number, "attempts, scheduled_at > now()")
    change(stage, number, "scheduled_at = now()")

    assert tried == [(1, True)]
    stage.wait_for_label(number, worker)


@pytest.mark.runs("queues/procrastinate/tasks.py")
def test_a_job_that_waits_for_its_retry_keeps_back_those_behind_its_lock(
    stage: Stage, worker: Process
) -> None:
    first, second, free = (stage.new_number() for _ in range(3))
    locked = "print_label.configure(lock='printer', {}).defer(number={!r})"

    stage.run(locked.format("schedule_in={'hours': 1}", first), TASKS)
    stage.run(f"{locked.format('', second)}\nprint_label.defer(number={free!r})", TASKS)
    stage.wait_for_label(free, worker)  # so the worker has passed over the second
    kept_back = jobs(stage, second)
    change(stage, first, "scheduled_at = now()")

    assert kept_back == [("todo",)]
    stage.wait_for_label(second, worker)
    assert stage.has_label(first)


@pytest.mark.usefixtures("worker")
def test_jobs_of_the_schedule_run_without_anybody_asking(stage: Stage) -> None:
    asked = "SELECT status FROM procrastinate_jobs j JOIN procrastinate_periodic_defers d"
    asked += " ON d.job_id = j.id WHERE d.task_name = 'queues.procrastinate.tasks.requeue_stalled'"

    wait_until(lambda: stage.db.execute(asked).fetchall() == [("succeeded",)], "its turn")


@pytest.mark.runs("queues/procrastinate/tasks.py")
def test_the_hours_of_a_schedule_are_in_utc(stage: Stage) -> None:
    at_noon_utc = 1_782_043_200  # 2026-06-21, when the desk's own zone is two hours ahead

    in_s = stage.run(
        "from procrastinate.periodic import PeriodicDeferrer, PeriodicRegistry\n"
        "registry = PeriodicRegistry()\n"
        "registry.register_task(remove_old, '30 14 * * *', '', {})\n"
        f"print(PeriodicDeferrer(registry).get_next_tick({at_noon_utc}))",
        TASKS,
    )

    assert float(in_s) == 2.5 * 60 * 60


@pytest.mark.runs("queues/procrastinate/tasks.py")
@pytest.mark.usefixtures("worker")
def test_jobs_that_succeeded_long_ago_are_removed(stage: Stage) -> None:
    old, fresh = stage.new_number(), stage.new_number()
    stage.run(f"for n in {[old, fresh]}:\n    print_label.defer(number=n)", TASKS)
    for number in (old, fresh):
        wait_for_status(stage, number, "succeeded")
    events = "UPDATE procrastinate_events SET at = at - interval '8 days' WHERE job_id = %s"
    stage.db.execute(events, jobs(stage, old, "id")[0])

    defer_out_of_turn(stage, "remove_old")

    wait_until(lambda: jobs(stage, old) == [], "the removal")
    assert jobs(stage, fresh) == [("succeeded",)]


@pytest.mark.runs("queues/procrastinate/worker.sh")
def test_a_job_starts_without_polling_and_ends_before_its_worker(stage: Stage) -> None:
    number = stage.new_number()
    listening = "SELECT 1 FROM pg_stat_activity WHERE query = %s"

    never = {"PROCRASTINATE_WORKER_FETCH_JOB_POLLING_INTERVAL": "3600"}
    with start_own_worker(stage, **never) as worker:
        query = 'LISTEN "procrastinate_queue_v1#own";'
        wait_until(lambda: stage.db.execute(listening, [query]).rowcount > 0, "LISTEN")
        with stage.held_labels() as wait_for_a_job:
            stage.run(f"print_label.configure(queue='own').defer(number={number!r})", TASKS)
            wait_for_a_job(worker)
            os.kill(worker.pid, signal.SIGTERM)
            wait_until(lambda: "Waiting for job to finish" in worker.log, "the signal's effect")
        wait_until(lambda: not worker.is_running(), "the end of the worker")

        assert stage.has_label(number)
        assert jobs(stage, number) == [("succeeded",)]
        assert worker.exit_code == 0


@contextmanager
def killed_in_the_middle(stage: Stage, number: str) -> Iterator[None]:
    """Have a worker be killed while it prints a label."""
    with start_own_worker(stage) as worker, stage.held_labels() as wait_for_a_job:
        stage.run(f"print_label.configure(queue='own').defer(number={number!r})", TASKS)
        wait_for_a_job(worker)
        os.kill(worker.pid, signal.SIGKILL)
        wait_until(lambda: not worker.is_running(), "the end of the worker")
        # Its connection to the database waits still, and would print the label.
        gone = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
        stage.db.execute(f"{gone} AND relation = 'labels_label'::regclass")
        yield


@pytest.mark.runs("queues/procrastinate/tasks.py")
@pytest.mark.usefixtures("worker")
def test_a_job_whose_worker_was_killed_waits_for_requeue_stalled(stage: Stage) -> None:
    number = stage.new_number()
    with killed_in_the_middle(stage, number):
        assert jobs(stage, number) == [("doing",)]
    # Its worker has not been heard of for longer than it may be.
    beat = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'"
    mine = "WHERE id = (SELECT worker_id FROM procrastinate_jobs WHERE args->>'number' = %s)"
    assert stage.db.execute(f"{beat} {mine}", [number]).rowcount == 1

    defer_out_of_turn(stage, "requeue_stalled")
    wait_for_status(stage, number, "todo")
    with start_own_worker(stage) as another:
        stage.wait_for_label(number, another)


@pytest.mark.runs("queues/procrastinate/tasks.py")
@pytest.mark.usefixtures("worker")
def test_a_job_that_ended_its_worker_too_often_fails(stage: Stage) -> None:
    number = stage.new_number()
    stage.run(f"print_label.configure(queue='none').defer(number={number!r})", TASKS)
    change(stage, number, "status = 'doing', attempts = 3")  # of a worker that is gone

    defer_out_of_turn(stage, "requeue_stalled")

    wait_for_status(stage, number, "failed")
    assert not stage.has_label(number)
