"""A thread that lives longer than a request, and its database connection."""

from django.db import close_old_connections
from parcels.models import Parcel


# --8<-- [start:trap]
def look():
    """Count, from a thread that nobody but you has started."""
    return Parcel.objects.count()  # fails for ever once the database has restarted


# --8<-- [end:trap]


# --8<-- [start:cure]
def look_as_a_request_does():
    close_old_connections()  # what Django does before and after each request
    try:
        return Parcel.objects.count()
    finally:
        close_old_connections()


# --8<-- [end:cure]
