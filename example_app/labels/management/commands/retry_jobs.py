"""Start jobs again: those that failed, and those whose worker was killed."""

from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult


class Command(BaseCommand):
    help = "Starts jobs again that failed or that are stuck."

    def add_arguments(self, parser):
        parser.add_argument("--stuck", type=int, default=3600, help="seconds no job may run")
        parser.add_argument("--attempts", type=int, default=3, help="how often a job may start")

    def handle(self, *, stuck, attempts, **_options):
        self.stdout.write(f"{retry(stuck, attempts)} jobs wait again")


# --8<-- [start:retry]
@transaction.atomic
def retry(stuck, attempts):
    """Let failed and stuck jobs wait for a worker again, and return how many.

    A job that runs for longer than `stuck` seconds counts as its worker's victim. Choose more
    than any job takes: one that still runs would run twice.
    """
    now = timezone.now()
    running = DBTaskResult.objects.running()
    victims = running.filter(started_at__lt=now - timedelta(seconds=stuck))
    jobs = (DBTaskResult.objects.failed() | victims).select_for_update(skip_locked=True)
    # A worker adds its id when it takes a job, so the ids count the attempts.
    again = [job for job in jobs if len(job.worker_ids) < attempts]
    for job in again:
        job.status, job.run_after = TaskResultStatus.READY, now
        job.save(update_fields=["status", "run_after"])
    return len(again)


# --8<-- [end:retry]
