"""The jobs of the desk: labels/tasks.py in your project."""

# --8<-- [start:task]
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, on_commit_task
from labels import printing
from parcels.models import Parcel


# Enqueued when the transaction is committed; not at all when it is rolled back. Tried again
# three times, after so many seconds each. Database connections are given back.
@on_commit_task(retries=3, retry_delay=60)
def print_label(number):
    return printing.print_label(number)


# The consumer is the clock as well. Each night at three, UTC, what has no label gets one.
@db_periodic_task(crontab(hour="3", minute="0"))
def print_what_is_missing():
    for number in Parcel.objects.filter(label=None).values_list("number", flat=True):
        print_label(number)


# --8<-- [end:task]
