"""The jobs of the desk: labels/tasks.py in your project."""

# --8<-- [start:task]
from django.db import OperationalError
from labels import printing
from queues.celery.app import app


# What passes by itself is tried again: a database that is away for a moment. The waits
# double and scatter. A parcel that is not there is a mistake, and stays one.
# `default_retry_delay` is what a job waits whose process was killed, in seconds.
@app.task(
    autoretry_for=[OperationalError],
    retry_backoff=True,
    max_retries=5,
    default_retry_delay=10,
)
def print_label(number):
    return printing.print_label(number)


# --8<-- [end:task]

# --8<-- [start:chord]
from celery import chord
from django.db import transaction


@app.task
def report(labels):
    return f"{len(labels)} labels are printed"


def print_all(numbers):
    """Print many labels at once, and report a single time, when the last is done."""
    parts = [print_label.s(number) for number in numbers]
    transaction.on_commit(chord(parts, report.s()).delay)


# --8<-- [end:chord]
