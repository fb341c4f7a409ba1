"""What the benchmark asks for, in three ways: a query that waits, and a list."""

from django.db.models import Func, TextField, Value
from django.db.models.functions import Cast
from django.http import JsonResponse
from django.urls import path
from parcels.models import Parcel


# --8<-- [start:queries]
def waiting(parcels):
    """Ask for one row, which PostgreSQL takes a tenth of a second for, without computing."""
    slept = Cast(Func(Value(0.1), function="pg_sleep"), TextField())
    return parcels.filter(number="DX00000001").annotate(slept=slept).values("number", "slept")


def listed(parcels):
    """Ask for twenty rows with what belongs to them, in one query: both ORMs can do that."""
    return parcels.select_related("customer", "depot").order_by("-created", "-pk")[:20]


# --8<-- [end:queries]


def as_row(parcel):
    return {
        "number": parcel.number,
        "status": parcel.status,
        "created": parcel.created,
        "customer": parcel.customer.name,
        "depot": parcel.depot.name,
    }


# --8<-- [start:waits]
def wait(_request):
    return JsonResponse(waiting(Parcel.objects).get())


async def wait_async(_request):
    return JsonResponse(await waiting(Parcel.objects).aget())


async def wait_backend(_request):
    return JsonResponse(await waiting(Parcel.async_objects.using("async")).aget())


# --8<-- [end:waits]


def rows(_request):
    return JsonResponse([as_row(parcel) for parcel in listed(Parcel.objects)], safe=False)


async def rows_async(_request):
    parcels = listed(Parcel.objects)
    return JsonResponse([as_row(parcel) async for parcel in parcels], safe=False)


async def rows_backend(_request):
    parcels = listed(Parcel.async_objects.using("async"))
    return JsonResponse([as_row(parcel) async for parcel in parcels], safe=False)


urlpatterns = [
    path("wait/", wait),
    path("wait/async/", wait_async),
    path("wait/backend/", wait_backend),
    path("rows/", rows),
    path("rows/async/", rows_async),
    path("rows/backend/", rows_backend),
]
