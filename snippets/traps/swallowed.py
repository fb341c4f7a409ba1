"""A view that goes on when its client has left, and one that ends."""

from django.http import JsonResponse
from rates.carriers import aget_quote
from rates.prices import CARRIERS

PARCEL = {"weight_g": 1000, "country": "DE"}


# --8<-- [start:swallow]
async def swallow(request):
    quotes = {}
    for carrier in CARRIERS:
        try:
            quotes[carrier] = str(await aget_quote(carrier, **PARCEL))
        except BaseException:  # the trap: so does a bare `except:`
            quotes[carrier] = "none"
    return JsonResponse(quotes)


# --8<-- [end:swallow]


# --8<-- [start:let-pass]
async def let_pass(request):
    quotes = {}
    for carrier in CARRIERS:
        try:
            quotes[carrier] = str(await aget_quote(carrier, **PARCEL))
        except Exception:  # CancelledError is no Exception, so it passes
            quotes[carrier] = "none"
    return JsonResponse(quotes)


# --8<-- [end:let-pass]
