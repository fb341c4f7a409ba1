"""Ask one carrier for a quote: over HTTP, or in the sandbox when there is no CARRIERS_URL.

Each question comes in a sync and an async form that differ in one thing: what waits.
"""

import asyncio
import logging
import time
from dataclasses import fields

import httpx
from django.conf import settings

from rates.clients import async_client, client
from rates.prices import Quote, price

logger = logging.getLogger(__name__)


# --8<-- [start:get-quote]
def get_quote(carrier, **parcel):
    """Return the carrier's quote, or None when it cannot be had. The thread waits."""
    if not settings.CARRIERS_URL:
        time.sleep(settings.CARRIER_LATENCY_MS / 1000)
        return price(carrier, **parcel)
    try:
        answer = client.get(url(carrier), params=parcel, timeout=settings.CARRIER_TIMEOUT_S)
        return read(answer)
    except FAILURES as error:
        return missing(carrier, error)


async def aget_quote(carrier, http=None, **parcel):
    """Return the carrier's quote, or None when it cannot be had. The event loop goes on."""
    if not settings.CARRIERS_URL:
        await asyncio.sleep(settings.CARRIER_LATENCY_MS / 1000)
        return price(carrier, **parcel)
    try:
        http = http or await async_client()
        answer = await http.get(url(carrier), params=parcel, timeout=settings.CARRIER_TIMEOUT_S)
        return read(answer)
    except FAILURES as error:
        return missing(carrier, error)


# --8<-- [end:get-quote]

# No connection, no answer in time, a status of 4xx or 5xx; then an answer that is no quote.
FAILURES = (httpx.HTTPError, ValueError, KeyError, TypeError)


def url(carrier):
    return f"{settings.CARRIERS_URL}/quotes/{carrier}/"


def read(answer):
    values = answer.raise_for_status().json()
    return Quote(**{field.name: field.type(values[field.name]) for field in fields(Quote)})


def missing(carrier, error):
    # One sick carrier must not take the other four away from the customer.
    logger.warning("no quote from %s: %r", carrier, error)
