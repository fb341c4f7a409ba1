"""What happens to a parcel is reported here, and announced when it is committed."""

from functools import cache, partial

import redis
from django.conf import settings
from django.db import transaction
from django.shortcuts import get_object_or_404
from parcels.models import Event, Parcel
from redis.backoff import NoBackoff
from redis.retry import Retry


# --8<-- [start:report]
def report(number, *, at, place, note):
    """Keep an event and return whether it is new; a scanner may report twice."""
    with transaction.atomic():
        # An id is given at insert and seen at commit. Without the lock two events of a parcel
        # could be seen in the wrong order, and who asks for "all after 8" would miss 7.
        parcel = get_object_or_404(Parcel.objects.select_for_update(), number=number)
        about = {"place": place, "note": note}
        _, is_new = Event.objects.get_or_create(parcel=parcel, at=at, defaults=about)
    return is_new


def announce(instance, *, created, raw, **_signal):
    """Have open streams told of an event, once others can read it. A receiver of `post_save`."""
    if created and not raw and settings.REDIS_URL:
        # Robust: the event is kept, so a Valkey that is away must not fail the request.
        tell = partial(publish, instance.parcel.number)
        transaction.on_commit(tell, robust=True)


def publish(number):
    """Say for which parcel there is news, and no more: streams read it from the database."""
    client().publish(settings.TRACKING_CHANNEL, number)


@cache
def client():
    # Retries are many by default, and each may take as long as the time-out.
    retry = Retry(NoBackoff(), retries=1)
    limits = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": retry}
    return redis.Redis.from_url(settings.REDIS_URL, **limits)


# --8<-- [end:report]
