"""Who looks after the desk sees jobs that wait, hang or fail, and can start them again."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from labels.tasks import print_label
from parcels.models import Parcel

pytestmark = pytest.mark.usefixtures("desk")


def a_job(status=TaskResultStatus.READY, age_s=0, **values):
    """Return a job that has had its state for so long."""
    then = timezone.now() - timedelta(seconds=age_s)
    job = DBTaskResult.objects.get(pk=print_label.enqueue("DX00000001").id)
    DBTaskResult.objects.filter(pk=job.pk).update(
        status=status, enqueued_at=then, started_at=then, finished_at=then, **values
    )
    return job


def run(command, **options):
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def status_of(job):
    job.refresh_from_db()
    return job.status


def test_the_task_prints_the_label():
    parcel = Parcel.objects.get(number="DX00000001")

    assert print_label.call("DX00000001") == parcel.label.pk


def test_nothing_to_do_is_no_alarm():
    assert run("check_jobs").splitlines() == [
        "the oldest waiting job waits for 0 s",
        "the longest running job runs for 0 s",
        "0 failed in the last 24 h",
    ]


def test_a_job_that_waits_too_long_is_an_alarm():
    a_job(age_s=90)

    assert "the oldest waiting job waits for 9" in run("check_jobs", waiting=120)
    with pytest.raises(CommandError, match="wait too long"):
        run("check_jobs", waiting=60)


def test_a_job_that_runs_too_long_is_an_alarm():
    a_job(TaskResultStatus.RUNNING, age_s=90)

    run("check_jobs", running=120)
    with pytest.raises(CommandError, match="runs too long"):
        run("check_jobs", running=60)


def test_a_failed_job_is_an_alarm_for_a_day():
    a_job(TaskResultStatus.FAILED, age_s=7200)

    run("check_jobs", hours=1)
    with pytest.raises(CommandError, match="jobs failed"):
        run("check_jobs")


def test_a_job_for_later_waits_only_from_then_on():
    now = timezone.now()
    a_job(age_s=9000, run_after=now + timedelta(hours=1))
    run("check_jobs")

    a_job(age_s=9000, run_after=now - timedelta(seconds=10))
    assert "the oldest waiting job waits for 10 s" in run("check_jobs")


def test_failed_and_stuck_jobs_start_again():
    failed = a_job(TaskResultStatus.FAILED)
    stuck = a_job(TaskResultStatus.RUNNING, age_s=7200)
    busy = a_job(TaskResultStatus.RUNNING, age_s=60)
    done = a_job(TaskResultStatus.SUCCESSFUL)

    assert run("retry_jobs") == "2 jobs wait again\n"

    assert status_of(failed) == status_of(stuck) == TaskResultStatus.READY
    assert status_of(busy) == TaskResultStatus.RUNNING
    assert status_of(done) == TaskResultStatus.SUCCESSFUL
    run("check_jobs")  # a job that starts again has not waited since it was made


def test_a_job_that_failed_often_is_left_alone():
    job = a_job(TaskResultStatus.FAILED, worker_ids=["a", "b", "c"])

    assert run("retry_jobs") == "0 jobs wait again\n"
    assert status_of(job) == TaskResultStatus.FAILED
    assert run("retry_jobs", attempts=4) == "1 jobs wait again\n"
