"""Quotes from one carrier and from all five, in each way that Python can wait.

The carriers do not touch the database, so nothing here minds which thread it runs in.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import httpx
from django.http import JsonResponse

from rates.carriers import aget_quote, get_quote
from rates.forms import RateForm
from rates.prices import CARRIERS


def refused(form):
    return JsonResponse({"errors": form.errors.get_json_data()}, status=400)


def answered(form, quotes):
    """Return the quotes, and by name the carriers that gave none."""
    known = {quote.carrier: asdict(quote) for quote in quotes.values() if quote}
    missing = [carrier for carrier in quotes if carrier not in known]
    return JsonResponse({**form.parcel, "quotes": list(known.values()), "missing": missing})


# --8<-- [start:one-carrier]
def one_carrier(request):
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    carrier = form.cleaned_data["carrier"]
    quote = get_quote(carrier, **form.parcel)
    return answered(form, {carrier: quote})


# --8<-- [end:one-carrier]


# --8<-- [start:one-carrier-async]
async def one_carrier_async(request):
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    carrier = form.cleaned_data["carrier"]
    quote = await aget_quote(carrier, **form.parcel)
    return answered(form, {carrier: quote})


# --8<-- [end:one-carrier-async]


# --8<-- [start:one-carrier-blocking]
async def one_carrier_blocking(request):
    """Trap: `async def` alone makes nothing asynchronous. Do not copy this view.

    `get_quote` waits without giving the event loop back. Under ASGI every other
    request of the process stands still until this one has its quote.
    """
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    carrier = form.cleaned_data["carrier"]
    quote = get_quote(carrier, **form.parcel)  # the trap: nothing is awaited
    return answered(form, {carrier: quote})


# --8<-- [end:one-carrier-blocking]


# --8<-- [start:one-carrier-new-client]
async def one_carrier_new_client(request):
    """Trap: a client for each request reads all certificates each time. Do not copy this view.

    It also connects anew each time, for nobody keeps its connections.
    """
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    carrier = form.cleaned_data["carrier"]
    async with httpx.AsyncClient() as http:  # the trap: CPU, on the event loop
        quote = await aget_quote(carrier, http, **form.parcel)
    return answered(form, {carrier: quote})


# --8<-- [end:one-carrier-new-client]


# --8<-- [start:five-sequence]
def five_sequence(request):
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    quotes = {carrier: get_quote(carrier, **form.parcel) for carrier in CARRIERS}
    return answered(form, quotes)


# --8<-- [end:five-sequence]


# --8<-- [start:five-sequence-async]
async def five_sequence_async(request):
    """Wait politely, five times: others may run meanwhile, this customer gains nothing."""
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    quotes = {carrier: await aget_quote(carrier, **form.parcel) for carrier in CARRIERS}
    return answered(form, quotes)


# --8<-- [end:five-sequence-async]


# --8<-- [start:five-threads]
# One pool for the process, not one per request: it is also the limit of how many
# questions are on their way at once. Eight requests of five fit; a ninth waits its turn.
askers = ThreadPoolExecutor(max_workers=40, thread_name_prefix="carrier")


def five_threads(request):
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    quotes = askers.map(lambda carrier: get_quote(carrier, **form.parcel), CARRIERS)
    return answered(form, dict(zip(CARRIERS, quotes, strict=True)))


# --8<-- [end:five-threads]


# --8<-- [start:five-gather]
async def five_gather(request):
    """Ask all five at once in one thread. It works under WSGI too: see `async_client`."""
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    quotes = await asyncio.gather(*(aget_quote(carrier, **form.parcel) for carrier in CARRIERS))
    return answered(form, dict(zip(CARRIERS, quotes, strict=True)))


# --8<-- [end:five-gather]
