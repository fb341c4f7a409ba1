"""Calls to others: no more at once than they bear, one retry within the time that is left."""

import asyncio
import contextlib
from secrets import randbelow

import httpx
from django.http import JsonResponse
from rates.carriers import aget_quote, url
from rates.clients import async_client
from rates.prices import CARRIERS

# --8<-- [start:at-most]
AT_ONCE = 3  # what the other side bears of this process
_free = asyncio.Semaphore(AT_ONCE)


async def limited_quote(carrier, **parcel):
    """Ask, or wait for a place first. Put a time-out around it: the queue counts as well."""
    async with _free:
        return await aget_quote(carrier, **parcel)


async def five_limited(request):
    quotes = {}

    async def ask(carrier):
        quotes[carrier] = await limited_quote(carrier, weight_g=1000, country="DE")

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for carrier in CARRIERS:
            group.create_task(ask(carrier))
    return JsonResponse({carrier: quote and quote.price_cents for carrier, quote in quotes.items()})


# --8<-- [end:at-most]


# --8<-- [start:retry]
WORTH_ANOTHER_TRY = {502, 503, 504}  # often gone in a moment; to ask twice does no harm


async def asked_twice_at_most(carrier, deadline_s=1.5, **parcel):
    """Return the answer, after one retry if need be; both tries share the deadline."""
    http = await async_client()
    async with asyncio.timeout(deadline_s):
        with contextlib.suppress(httpx.TransportError):
            answer = await http.get(url(carrier), params=parcel)
            if answer.status_code not in WORTH_ANOTHER_TRY:
                return answer
        await asyncio.sleep((50 + randbelow(100)) / 1000)  # not all of us in the same moment
        return await http.get(url(carrier), params=parcel)


# --8<-- [end:retry]


# --8<-- [start:clean-up]
booked, canceled = [], []


async def quote_with_booking(request):
    """Clean up when the client leaves, then let the cancellation pass."""
    booked.append("postal")
    try:
        quote = await aget_quote("postal", weight_g=1000, country="DE")
    except asyncio.CancelledError:
        canceled.append(booked.pop())  # short, and without `await`
        raise
    return JsonResponse({"price_cents": quote.price_cents})


# --8<-- [end:clean-up]
