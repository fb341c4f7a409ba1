"""The label as a job: what a queue runs is the same function that you would call."""

from django.tasks import task

from labels import printing


# --8<-- [start:task]
@task
def print_label(number):
    """Print the label of a parcel and return its id.

    The number, and not the parcel: arguments are kept as JSON, and the parcel may have changed
    by the time a worker reads it.
    """
    return printing.print_label(number)


# --8<-- [end:task]
