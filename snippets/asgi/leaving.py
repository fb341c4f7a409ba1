"""What should happen when a client leaves before the end."""

import asyncio

from django.http import JsonResponse
from rates.carriers import aget_quote

# --8<-- [start:cleanup]
watchers = set()


async def watched(parts):
    """Pass the parts on; count who watches, however the watching ends."""
    me = object()
    watchers.add(me)
    try:
        async for part in parts:
            yield part
    finally:
        # The client left, the parts ended, or the server stops. Do not yield here.
        watchers.discard(me)


# --8<-- [end:cleanup]


# --8<-- [start:shield]
unfinished = set()


async def ask_all(question, carriers):
    return [await aget_quote(carrier, **question) for carrier in carriers]


async def asked_to_the_end(_request):
    """Ask all carriers, also when the client leaves; a stop of the server still ends it."""
    question = {"weight_g": 1000, "country": "DE"}
    task = asyncio.create_task(ask_all(question, ["postal", "swift", "northline"]))
    unfinished.add(task)  # the loop alone does not keep a task alive
    task.add_done_callback(unfinished.discard)
    quotes = await asyncio.shield(task)  # the client's leaving cancels this wait only
    return JsonResponse({"quotes": len(quotes)})


# --8<-- [end:shield]
