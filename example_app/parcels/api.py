"""Parcels as JSON for the shop's other programs, each view in a sync and an async form."""

from config.tokens import token_required
from django.http import JsonResponse
from django.shortcuts import aget_object_or_404, get_object_or_404

from parcels.models import Parcel


def as_json(parcel):
    """Return the parcel as `Parcel.objects.for_desk()` loaded it; this asks no database."""
    customer, depot = parcel.customer, parcel.depot
    return {
        "number": parcel.number,
        "status": parcel.status,
        "carrier": parcel.carrier,
        "weight_g": parcel.weight_g,
        "created": parcel.created,
        "customer": {"name": customer.name, "city": customer.city, "country": customer.country},
        "depot": {"name": depot.name, "city": depot.city},
        "events": [
            {"at": event.at, "place": event.place, "note": event.note}
            for event in parcel.latest_events
        ],
    }


# --8<-- [start:parcel-list]
@token_required
def parcel_list(_request):
    parcels = Parcel.objects.newest()
    return JsonResponse([as_json(parcel) for parcel in parcels], safe=False)


# --8<-- [end:parcel-list]


# --8<-- [start:parcel-list-async]
@token_required
async def parcel_list_async(_request):
    parcels = Parcel.objects.newest()
    return JsonResponse([as_json(parcel) async for parcel in parcels], safe=False)


# --8<-- [end:parcel-list-async]


# --8<-- [start:parcel-search]
@token_required
def parcel_search(request):
    parcels = Parcel.objects.search(request.GET.get("q", ""))
    return JsonResponse([as_json(parcel) for parcel in parcels], safe=False)


@token_required
async def parcel_search_async(request):
    parcels = Parcel.objects.search(request.GET.get("q", ""))
    return JsonResponse([as_json(parcel) async for parcel in parcels], safe=False)


# --8<-- [end:parcel-search]


# --8<-- [start:parcel-detail]
@token_required
def parcel_detail(_request, number):
    parcel = get_object_or_404(Parcel.objects.for_desk(), number=number)
    return JsonResponse(as_json(parcel))


@token_required
async def parcel_detail_async(_request, number):
    parcel = await aget_object_or_404(Parcel.objects.for_desk(), number=number)
    return JsonResponse(as_json(parcel))


# --8<-- [end:parcel-detail]
