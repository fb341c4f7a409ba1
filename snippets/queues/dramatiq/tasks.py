"""The jobs of the desk: labels/tasks.py in your project."""

# --8<-- [start:task]
import dramatiq
from labels import printing
from parcels.models import Parcel


# The default is twenty retries over days, and ten minutes. Both times are milliseconds.
# A parcel that is not there is a mistake: it fails at once.
@dramatiq.actor(max_retries=5, min_backoff=10_000, time_limit=300_000, throws=Parcel.DoesNotExist)
def print_label(number):
    printing.print_label(number)


# --8<-- [end:task]
