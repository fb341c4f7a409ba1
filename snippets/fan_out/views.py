"""All five carriers at once, with a time-out for the five together."""

import asyncio
import concurrent.futures
import contextlib
from functools import wraps

from django.db import connections
from rates.carriers import aget_quote, get_quote
from rates.forms import RateForm
from rates.prices import CARRIERS
from rates.views import answered, askers, refused

# --8<-- [start:async]
GROUP_S = 1.5  # for all calls together: below what the proxy allows the page


async def five_in_time(request):
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    quotes = dict.fromkeys(CARRIERS)

    async def ask(carrier):
        quotes[carrier] = await aget_quote(carrier, **form.parcel)

    # When the time is over, the group cancels the calls that are left, and the page
    # shows what came. It does the same when the visitor leaves.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GROUP_S), asyncio.TaskGroup() as group:
            for carrier in CARRIERS:
                group.create_task(ask(carrier))
    return answered(form, quotes)


# --8<-- [end:async]


# --8<-- [start:threads]
def five_in_time_with_threads(request):
    form = RateForm(request.GET)
    if not form.is_valid():
        return refused(form)
    asked = {carrier: askers.submit(get_quote, carrier, **form.parcel) for carrier in CARRIERS}
    done, late = concurrent.futures.wait(asked.values(), timeout=GROUP_S)
    # A call that still waits for a thread is taken back. One that runs cannot be: it holds
    # its thread until its own time-out ends it, so it must have one.
    for call in late:
        call.cancel()
    return answered(form, {c: call.result() if call in done else None for c, call in asked.items()})


# --8<-- [end:threads]


# --8<-- [start:close]
def closing_connections(function):
    """Close what a query opens in a thread of a pool: no request does."""

    @wraps(function)
    def run(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()  # those of this thread

    return run


# --8<-- [end:close]
