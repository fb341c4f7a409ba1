"""A kept value that is thrown away when what it was made of has changed."""

from functools import partial

# --8<-- [start:forget]
from django.core.cache import cache
from django.db import transaction
from parcels.models import Parcel


def deliver(number):
    """Change a parcel, and forget the list that shows it, once others can see the change."""
    with transaction.atomic():
        Parcel.objects.filter(number=number).update(status=Parcel.Status.DELIVERED)
        transaction.on_commit(partial(cache.delete, "parcels:newest"))


# --8<-- [end:forget]
