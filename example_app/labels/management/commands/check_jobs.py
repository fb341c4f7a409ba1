"""Say how the jobs are, and end with an error when somebody should look: for the monitoring."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Case, Min, When
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max


class Command(BaseCommand):
    help = "Shows how long jobs wait and run, and how many failed. Exit code 1: look at them."

    def add_arguments(self, parser):
        parser.add_argument("--waiting", type=int, default=60, help="seconds a job may wait")
        parser.add_argument("--running", type=int, default=600, help="seconds a job may run")
        parser.add_argument("--hours", type=int, default=24, help="how far back failures count")

    def handle(self, *, waiting, running, hours, **_options):
        waits, runs, failed = oldest_waiting(), longest_running(), failures(hours)
        self.stdout.write(f"the oldest waiting job waits for {waits:.0f} s")
        self.stdout.write(f"the longest running job runs for {runs:.0f} s")
        self.stdout.write(f"{failed} failed in the last {hours} h")
        if waits > waiting:
            raise CommandError("jobs wait too long: is a worker running, and is one enough?")
        if runs > running:
            raise CommandError("a job runs too long: it hangs, or its worker was killed")
        if failed:
            raise CommandError("jobs failed: the admin shows their tracebacks")


# --8<-- [start:ages]
def oldest_waiting():
    """Return for how many seconds the oldest job has waited that might run now."""
    # A job without a time of its own has the last one that the database can hold.
    since = Case(When(run_after=get_date_max(), then="enqueued_at"), default="run_after")
    return age(DBTaskResult.objects.ready().aggregate(since=Min(since)))


def longest_running():
    """Return for how many seconds the longest job has run. A killed worker's runs forever."""
    return age(DBTaskResult.objects.running().aggregate(since=Min("started_at")))


def failures(hours):
    since = timezone.now() - timedelta(hours=hours)
    return DBTaskResult.objects.failed().filter(finished_at__gt=since).count()


def age(oldest):
    now = timezone.now()
    return (now - (oldest["since"] or now)).total_seconds()


# --8<-- [end:ages]
