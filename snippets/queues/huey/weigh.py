"""A view's work, which ends in a job."""

# --8<-- [start:weigh]
from django.db import transaction
from parcels.models import Parcel
from queues.huey.tasks import print_label


def weigh(number, weight_g):
    """Keep the weight of a parcel, and have its label printed."""
    with transaction.atomic():
        Parcel.objects.filter(number=number).update(weight_g=weight_g)
        print_label(number)  # a call enqueues; print_label.call_local(number) calls


# --8<-- [end:weigh]
