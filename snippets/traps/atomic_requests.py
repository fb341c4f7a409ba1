"""ATOMIC_REQUESTS and an async view."""

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import HttpResponse
from parcels.models import Parcel


# --8<-- [start:raises]
async def first(request):  # with ATOMIC_REQUESTS each request to it is a RuntimeError
    parcel = await Parcel.objects.afirst()
    return HttpResponse(parcel.number)


# --8<-- [end:raises]


# --8<-- [start:works]
@transaction.non_atomic_requests
async def first_non_atomic(request):
    return HttpResponse(await first_number())


@sync_to_async
@transaction.atomic
def first_number():  # what belongs together is one sync function
    return Parcel.objects.select_for_update().first().number


# --8<-- [end:works]
