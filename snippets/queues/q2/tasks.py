"""The jobs of the desk: labels/tasks.py in your project."""

# --8<-- [start:task]
from datetime import timedelta

from django.utils import timezone
from labels.models import Label


# A job is any function that can be imported: print_label is one as it stands.
def remove_old_labels(days):
    """Remove labels that were printed so many days ago; what it returns is in the admin."""
    removed, _ = Label.objects.filter(printed__lt=timezone.now() - timedelta(days=days)).delete()
    return removed


# --8<-- [end:task]
