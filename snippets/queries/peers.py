"""Fetch modes, new in Django 6.1: what happens when a relation is asked for that is not loaded."""

# --8<-- [start:peers]
from django.db.models import FETCH_PEERS, FETCH_RAISE
from parcels.models import Parcel


def newest_with_peers():
    """Load a missing customer or depot for all parcels of the list, when one asks for it."""
    return Parcel.objects.fetch_mode(FETCH_PEERS).order_by("-created")[:20]


def newest_or_error():
    """Raise FieldFetchBlocked when the template asks for what was not loaded ahead."""
    return Parcel.objects.newest().fetch_mode(FETCH_RAISE)


# --8<-- [end:peers]
