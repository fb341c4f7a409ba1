"""The schedule of the desk, as it is before anybody edits it."""

# --8<-- [start:schedule]
from django_q.models import Schedule


def plan():
    """Run this in a data migration. What people have changed in the admin stays."""
    Schedule.objects.get_or_create(
        name="remove old labels",
        defaults={
            "func": "queues.q2.tasks.remove_old_labels",
            "args": "90",  # written as in a call
            "schedule_type": Schedule.DAILY,
        },
    )


# --8<-- [end:schedule]
