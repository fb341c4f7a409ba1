"""A view's work, which ends in a job."""

# --8<-- [start:weigh]
from django.db import transaction
from django_q.tasks import async_task
from labels.printing import print_label
from parcels.models import Parcel


def weigh(number, weight_g):
    """Keep the weight of a parcel, and have its label printed."""
    with transaction.atomic():
        Parcel.objects.filter(number=number).update(weight_g=weight_g)
        # A row in the same transaction: both are kept, or neither is.
        async_task(print_label, number)


# --8<-- [end:weigh]
