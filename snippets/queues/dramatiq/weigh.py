"""A view's work, which ends in a job."""

# --8<-- [start:weigh]
from functools import partial

from django.db import transaction
from parcels.models import Parcel
from queues.dramatiq.tasks import print_label


def weigh(number, weight_g):
    """Keep the weight of a parcel, and have its label printed."""
    with transaction.atomic():
        Parcel.objects.filter(number=number).update(weight_g=weight_g)
        # Sent when the transaction is committed; not at all when it is rolled back.
        # `partial` keeps this number; a lambda in a loop would send the last one only.
        transaction.on_commit(partial(print_label.send, number))


# --8<-- [end:weigh]
