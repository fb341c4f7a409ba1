"""Parcels as JSON for the shop's other programs, each view in a sync and an async form."""

from dataclasses import asdict

from asgiref.sync import sync_to_async
from config.tokens import token_required
from django.core.cache import cache
from django.db import connection
from django.http import Http404, JsonResponse, StreamingHttpResponse
from django.shortcuts import aget_object_or_404, get_object_or_404
from rates.carriers import aget_quote, get_quote

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


KEPT_S = 15
"""How old a kept list may be, in seconds."""


# --8<-- [start:parcel-list-kept]
@token_required
def parcel_list_kept(_request):
    """Answer from the cache; who comes when it is empty asks the database."""
    parcels = cache.get_or_set("parcels:newest", newest_as_json, KEPT_S)
    return JsonResponse(parcels, safe=False)


def newest_as_json():
    return [as_json(parcel) for parcel in Parcel.objects.newest()]


@token_required
async def parcel_list_kept_async(_request):
    # Not `aget_or_set`: it would call `newest_as_json`, which is sync, on the event loop.
    kept = sync_to_async(cache.get_or_set)
    parcels = await kept("parcels:newest", newest_as_json, KEPT_S)
    return JsonResponse(parcels, safe=False)


# --8<-- [end:parcel-list-kept]


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


# --8<-- [start:parcel-customer]
@token_required
def parcel_customer(_request, number):
    parcel = get_object_or_404(Parcel.objects.select_related("customer"), number=number)
    return JsonResponse(for_customer(parcel))


@token_required
async def parcel_customer_async(_request, number):
    parcel = await aget_object_or_404(Parcel.objects.select_related("customer"), number=number)
    return JsonResponse(for_customer(parcel))


def for_customer(parcel):
    customer = parcel.customer
    return {
        "number": parcel.number,
        "status": parcel.status,
        "customer": {"name": customer.name, "city": customer.city, "country": customer.country},
    }


# --8<-- [end:parcel-customer]


# --8<-- [start:parcel-customer-raw]
RAW = """SELECT number, status, name, city, country FROM parcels_parcel
    JOIN parcels_customer ON parcels_customer.id = customer_id WHERE number = %s"""


@token_required
def parcel_customer_raw(_request, number):
    """Answer the same without the ORM, to see what it costs. It is worth that nearly always."""
    with connection.cursor() as cursor:
        cursor.execute(RAW, [number])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    number, status, name, city, country = row
    customer = {"name": name, "city": city, "country": country}
    return JsonResponse({"number": number, "status": status, "customer": customer})


# --8<-- [end:parcel-customer-raw]


def asked(parcel):
    """Return whom to ask for the price of a parcel, and what; its customer must be loaded."""
    question = {"weight_g": parcel.weight_g, "country": parcel.customer.country}
    return parcel.carrier, question


def priced(parcel, quote):
    return JsonResponse({"number": parcel.number, "price": quote and asdict(quote)})


# --8<-- [start:parcel-price]
@token_required
def parcel_price(_request, number):
    parcel = get_object_or_404(Parcel.objects.select_related("customer"), number=number)
    carrier, question = asked(parcel)
    # While the carrier thinks, this thread keeps the database connection of the line above.
    quote = get_quote(carrier, **question)
    return priced(parcel, quote)


@token_required
async def parcel_price_async(_request, number):
    parcel = await aget_object_or_404(Parcel.objects.select_related("customer"), number=number)
    carrier, question = asked(parcel)
    quote = await aget_quote(carrier, **question)
    return priced(parcel, quote)


# --8<-- [end:parcel-price]


MANIFEST_HEAD = "number,carrier,weight_g,price_cents\r\n"


def manifest_line(parcel, quote):
    """Return a line of CSV. Nothing in it can hold a comma or a quotation mark."""
    cents = quote.price_cents if quote else ""
    return f"{parcel.number},{parcel.carrier},{parcel.weight_g},{cents}\r\n"


# --8<-- [start:manifest]
@token_required
def manifest(_request):
    """Stream a line for each parcel as its carrier answers: under WSGI, and only there."""

    def lines():
        yield MANIFEST_HEAD
        for parcel in Parcel.objects.newest():
            carrier, question = asked(parcel)
            yield manifest_line(parcel, get_quote(carrier, **question))

    return StreamingHttpResponse(lines(), content_type="text/csv")


# --8<-- [end:manifest]


# --8<-- [start:manifest-async]
@token_required
async def manifest_async(_request):
    """Stream a line for each parcel as its carrier answers: under ASGI, and only there."""

    async def lines():
        yield MANIFEST_HEAD
        async for parcel in Parcel.objects.newest():
            carrier, question = asked(parcel)
            yield manifest_line(parcel, await aget_quote(carrier, **question))

    return StreamingHttpResponse(lines(), content_type="text/csv")


# --8<-- [end:manifest-async]
