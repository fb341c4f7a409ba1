"""Two rows that belong together, written in an async view: the trap, and what helps."""

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from parcels.models import Parcel


# --8<-- [start:awaited]
async def pick_up_awaited(request, number):
    parcel = await Parcel.objects.aget(number=number)
    parcel.status = Parcel.Status.PICKED_UP
    await parcel.asave(update_fields=["status"])
    # An error here, or a client that leaves, and the status stays without its event.
    await parcel.events.acreate(at=timezone.now(), place="Hamburg", note="Picked up")
    return HttpResponse(status=204)


# --8<-- [end:awaited]


# --8<-- [start:atomic]
@sync_to_async
@transaction.atomic
def mark_picked_up(number):
    """Write both rows or neither: one function, one thread, one connection, one transaction."""
    parcel = Parcel.objects.select_for_update().get(number=number)
    parcel.status = Parcel.Status.PICKED_UP
    parcel.save(update_fields=["status"])
    event = parcel.events.create(at=timezone.now(), place="Hamburg", note="Picked up")
    transaction.on_commit(lambda: announced.append(event.pk))  # here, and not in the view
    return event.pk


async def pick_up(request, number):
    await mark_picked_up(number)
    return HttpResponse(status=204)


# --8<-- [end:atomic]

announced = []
