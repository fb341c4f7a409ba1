"""A view's work, which ends in a job."""

# --8<-- [start:weigh]
from django.db import transaction
from parcels.models import Parcel
from queues.procrastinate.tasks import print_label


def weigh(number, weight_g):
    """Keep the weight of a parcel, and have its label printed."""
    with transaction.atomic():
        Parcel.objects.filter(number=number).update(weight_g=weight_g)
        # A row in the same transaction: both are kept, or neither is. Jobs with the
        # same lock run one after the other, in this order.
        print_label.configure(lock=f"parcel-{number}").defer(number=number)


# --8<-- [end:weigh]
