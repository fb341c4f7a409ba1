"""What a message of a socket does to the desk's data: a short piece of sync work for each."""

import json
import re
from datetime import timedelta

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from parcels.models import Depot, Event, Parcel

NUMBER = re.compile(r"[A-Z0-9]{1,16}")
LONGEST_DELAY = timedelta(days=1)
DEEDS = {
    "scan": ("parcels.add_event", "Scanned"),
    "hold": ("parcels.change_parcel", "Hold this parcel"),
}


class RefusedError(Exception):
    """A message cannot be done; its text is for the one who sent it."""


# --8<-- [start:understood]
def understood(text):
    """Return what a device sent: the deed, the number of a parcel, and when it was done."""
    try:
        message = json.loads(text)
        deed, number, at = message["deed"], message["number"], parse_datetime(message["at"])
        is_good = (
            deed in DEEDS and NUMBER.fullmatch(number) and abs(timezone.now() - at) < LONGEST_DELAY
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        # Binary, no JSON, JSON of another form, no date, a date without a time zone.
        is_good = False
    if not is_good:
        raise RefusedError('send {"deed": "scan" or "hold", "number": …, "at": …}')
    return deed, number, at


# --8<-- [end:understood]


# --8<-- [start:record]
@database_sync_to_async
@transaction.atomic
def record(user_pk, depot_pk, deed, number, at):
    """Write down what was done to a parcel, and return what its depot is told."""
    permission, note = DEEDS[deed]
    # Asked for each message: a socket stays open for a whole shift, rights may not.
    if not may(user_pk, permission):
        raise RefusedError(f"you may not {deed} parcels")
    parcel = Parcel.objects.select_related("depot").filter(number=number, depot=depot_pk).first()
    if parcel is None:
        raise RefusedError(f"there is no parcel {number} in this depot")
    # A scanner that heard no answer sends again, and the same scan is kept once.
    event, _ = Event.objects.get_or_create(
        parcel=parcel, at=at, defaults={"place": parcel.depot.city, "note": note}
    )
    return as_news(event)


def may(user_pk, permission):
    if user_pk is None:  # not logged in
        return False
    user = get_user_model().objects.filter(pk=user_pk, is_active=True).first()
    return user is not None and user.has_perm(permission)


# --8<-- [end:record]


# --8<-- [start:enter]
@database_sync_to_async
def enter(user_pk, depot_name):
    """Return the key of a depot, or None when there is none or the user may not listen."""
    if not may(user_pk, "parcels.view_event"):
        return None
    return Depot.objects.filter(name=depot_name).values_list("pk", flat=True).first()


@database_sync_to_async
def latest_news(depot_pk, count=20):
    events = Event.objects.filter(parcel__depot=depot_pk).select_related("parcel")
    return [as_news(event) for event in events.order_by("-at")[:count]]


# --8<-- [end:enter]


def as_news(event):
    return {"number": event.parcel.number, "note": event.note, "at": event.at.isoformat()}
