"""django-q2, with the settings that readers copy, runs the desk's job."""

import ast
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from crossroads.services.postgres import Postgres
from crossroads.services.process import Process

from .queue_stage import QUEUES, SETTINGS, Stage, queue_stage, wait_until

FOLDER = QUEUES / "q2"
TASKS, SCHEDULE = FOLDER / "tasks.py", FOLDER / "schedule.py"
WEIGH, WORKER = FOLDER / "weigh.py", FOLDER / "worker.sh"

# What a person of the staff may ask of the admin.
ADMIN = """
from django.contrib.auth.models import User
from django.test import Client
staff, _ = User.objects.get_or_create(username="staff", is_staff=True, is_superuser=True)
client = Client(headers={"host": "127.0.0.1"})
client.force_login(staff)
"""
FAILURES = f"{ADMIN}print(client.get('/admin/django_q/failure/').text)"

type Own = Callable[..., Process]


@pytest.fixture(scope="module")
def stage(postgres: Postgres) -> Iterator[Stage]:
    # django-q2 warns when a job may run twice because `retry` is too short.
    strict = {"PYTHONWARNINGS": "error:Retry and timeout are misconfigured"}
    with queue_stage(postgres, FOLDER / "settings.py", **strict) as stage:
        yield stage


@pytest.fixture(scope="module")
def worker(stage: Stage) -> Iterator[Process]:
    with stage.start_worker(WORKER) as worker:
        yield worker


@pytest.fixture
def start_own_worker(stage: Stage, tmp_path: Path) -> Iterator[Own]:
    """Give a function that starts a worker with a difference, which is ended with the test.

    Those that a test ends have a queue of their own, which the worker of all does not empty.
    """
    started: list[Process] = []

    def start(**differs: object) -> Process:
        settings = f"from queues.q2.settings import *\nQ_CLUSTER = Q_CLUSTER | {differs}\n"
        (tmp_path / "differs.py").write_text(settings)
        path = os.pathsep.join([SETTINGS["PYTHONPATH"], str(tmp_path)])
        own = {"DJANGO_SETTINGS_MODULE": "differs", "PYTHONPATH": path}
        started.append(stage.start_worker(WORKER, **own))
        return started[-1]

    yield start
    for worker in started:
        worker.stop()


def enqueue_own(stage: Stage, number: str, **options: object) -> None:
    options = {"cluster": "own", "task_name": number} | options
    stage.run(f"async_task(print_label, {number!r}, **{options!r})", WEIGH)


def waiting(stage: Stage) -> list[str]:
    """Return the numbers of the parcels whose jobs are not done."""
    known = "from django_q.models import OrmQ\nprint([q.args()[0] for q in OrmQ.objects.all()])"
    return list(ast.literal_eval(stage.run(known)))


def results(stage: Stage, name: str) -> list[tuple[bool, int]]:
    """Return of the jobs of a name whether they succeeded, and how often they ran."""
    found = "SELECT success, attempt_count FROM django_q_task WHERE name = %s"
    return stage.db.execute(found, [name]).fetchall()


def children(worker: Process) -> list[int]:
    """Return the processes of a worker that do the work."""
    found = []
    for process in worker.tree():
        with suppress(psutil.Error):  # it ended meanwhile
            if "qcluster" in process.cmdline() and process.pid != worker.pid:
                found.append(process.pid)
    return found


def pass_retry(stage: Stage) -> None:
    """Have the time pass after which jobs that are not done are given out again."""
    stage.db.execute("UPDATE django_q_ormq SET lock = now() WHERE lock > now()")


@pytest.mark.runs("queues/q2/settings.py")
@pytest.mark.runs("queues/q2/weigh.py")
def test_a_job_of_a_transaction_runs_when_that_is_committed(stage: Stage, worker: Process) -> None:
    number = stage.new_number()

    stage.run(f"weigh({number!r}, 750)", WEIGH)

    stage.wait_for_label(number, worker)
    assert stage.weight_of(number) == 750


@pytest.mark.runs("queues/q2/weigh.py")
def test_a_transaction_that_is_rolled_back_leaves_no_job(stage: Stage) -> None:
    number = stage.new_number()

    within = stage.run(
        f"from django_q.models import OrmQ\n"
        f"with transaction.atomic():\n"
        f"    weigh({number!r}, 750)\n"
        f"    print({number!r} in [q.args()[0] for q in OrmQ.objects.all()])\n"
        f"    transaction.set_rollback(True)",
        WEIGH,
    )

    assert within == "True\n"
    assert number not in waiting(stage)
    assert not stage.has_label(number)


@pytest.mark.runs("queues/q2/weigh.py")
def test_a_job_that_fails_is_seen_in_the_admin_and_tried_so_often_in_all(
    stage: Stage, worker: Process
) -> None:
    missing = "no such parcel"
    stage.run(f"async_task(print_label, {missing!r}, task_name='in vain')", WEIGH)

    wait_until(lambda: "Failed 'labels.printing.print_label'" in worker.log, "its failure")
    failed = stage.run(FAILURES)
    assert "in vain" in failed
    assert "Parcel matching query does not exist" in failed
    assert missing in waiting(stage)

    failures = "(in vain) - Parcel matching query does not exist"
    for attempt in (2, 3):
        pass_retry(stage)
        wait_until(lambda: worker.log.count(failures) == attempt, f"attempt {attempt}")  # noqa: B023
    assert missing not in waiting(stage)
    assert results(stage, "in vain") == [(False, 3)]


@pytest.mark.runs("queues/q2/weigh.py")
def test_a_job_that_takes_too_long_is_ended_and_has_failed(
    stage: Stage, start_own_worker: Own
) -> None:
    number = stage.new_number()
    start_own_worker(cluster_name="own")

    with stage.held_labels():
        enqueue_own(stage, number, timeout=1)
        wait_until(lambda: results(stage, number) != [], "its failure")

    assert results(stage, number) == [(False, 1)]
    assert "Task exceeded maximum timeout value" in stage.run(FAILURES)


@pytest.mark.usefixtures("worker")
def test_a_job_may_be_any_function_that_the_worker_can_import(stage: Stage) -> None:
    stage.run("async_task('os.mkdir', '/', task_name='any')", WEIGH)

    wait_until(lambda: results(stage, "any") == [(False, 1)], "the end of the job")
    assert "File exists: &#x27;/&#x27;" in stage.run(FAILURES)


@pytest.mark.runs("queues/q2/weigh.py")
def test_a_job_that_was_signed_with_another_key_is_thrown_away(
    stage: Stage, worker: Process
) -> None:
    number = stage.new_number()

    row = stage.run(
        f"from django_q.conf import Conf\n"
        f"from django_q.models import OrmQ\n"
        f"Conf.SECRET_KEY = 'the key of last year'\n"
        f"with transaction.atomic():\n"
        f"    async_task(print_label, {number!r})\n"
        f"    print(OrmQ.objects.latest('pk').pk)",
        WEIGH,
    )

    left = "SELECT 1 FROM django_q_ormq WHERE id = %s"
    wait_until(lambda: stage.db.execute(left, [int(row)]).rowcount == 0, "the end of the job")
    assert "Failed to push task to queue" in worker.log
    assert not stage.has_label(number)


@pytest.mark.runs("queues/q2/schedule.py")
@pytest.mark.runs("queues/q2/tasks.py")
def test_what_is_scheduled_is_run_when_it_is_due(stage: Stage, start_own_worker: Own) -> None:
    old, fresh = stage.new_number(), stage.new_number()
    stage.run(f"for number in {[old, fresh]}:\n    print_label(number)", WEIGH)
    aged = "UPDATE labels_label SET printed = now() - interval '91 days' FROM parcels_parcel p"
    stage.db.execute(f"{aged} WHERE p.id = parcel_id AND number = %s", [old])

    stage.run("plan()\nplan()", SCHEDULE, TASKS)
    start_own_worker(guard_cycle=30)  # so it looks at the schedule at once, not in 30 seconds

    wait_until(lambda: not stage.has_label(old), "the removal")
    assert stage.has_label(fresh)
    planned = "SELECT count(*) FROM django_q_schedule WHERE next_run > now() + interval '23 hours'"
    assert stage.db.execute(planned).fetchone() == (1,)


EDIT = (
    ADMIN
    + """
plan()
planned = Schedule.objects.get(name="remove old labels")
address = f"/admin/django_q/schedule/{planned.pk}/change/"
form = {
    "name": planned.name, "func": planned.func, "schedule_type": "W", "repeats": -1, "args": "30",
    "next_run_0": "2030-01-01", "next_run_1": "03:00",
}
answer = client.post(address, form)
assert answer.status_code == 302, answer.text
plan()
planned = Schedule.objects.get(name="remove old labels")
print(planned.args, planned.schedule_type, planned.next_run.year)
planned.delete()
"""
)


@pytest.mark.runs("queues/q2/schedule.py")
def test_what_people_change_of_the_schedule_in_the_admin_stays(stage: Stage) -> None:
    assert stage.run(EDIT, SCHEDULE) == "30 W 2030\n"


@pytest.mark.runs("queues/q2/worker.sh")
def test_a_worker_that_is_asked_to_end_ends_its_job_first(
    stage: Stage, start_own_worker: Own
) -> None:
    number = stage.new_number()
    own = start_own_worker(cluster_name="own")

    with stage.held_labels() as wait_for_a_job:
        enqueue_own(stage, number)
        wait_for_a_job(own)
        os.kill(own.pid, signal.SIGTERM)
        wait_until(lambda: "stopping cluster processes" in own.log, "the signal's effect")
    wait_until(lambda: not own.is_running(), "the end of the worker")

    assert stage.has_label(number)
    assert results(stage, number) == [(True, 1)]
    assert own.exit_code == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
@pytest.mark.runs("queues/q2/worker.sh")
def test_a_job_whose_process_is_ended_is_given_out_again(
    stage: Stage, start_own_worker: Own, sent: signal.Signals
) -> None:
    number = stage.new_number()
    own = start_own_worker(cluster_name="own")
    with stage.held_labels() as wait_for_a_job:
        enqueue_own(stage, number)
        wait_for_a_job(own)
        assert children(own)
        for process in own.tree():  # as systemd does without KillMode=mixed
            process.send_signal(sent)
        wait_until(lambda: not children(own), "the end of the processes that do the work")
        own.stop(grace_s=0)  # the first process may wait for them forever
        # A connection to the database waits still, and would print the label.
        gone = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
        stage.db.execute(f"{gone} AND relation = 'labels_label'::regclass")

    assert not stage.has_label(number)
    assert results(stage, number) == []  # so `max_attempts` does not count it
    assert number in waiting(stage)
    pass_retry(stage)
    stage.wait_for_label(number, start_own_worker(cluster_name="own"))
