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
        # The client left, the parts ended, or the server stops.
        watchers.discard(me)


# --8<-- [end:cleanup]


# --8<-- [start:shield]
unfinished = set()


async def ask_all(question, carriers):
    return [await aget_quote(name, **question) for name in carriers]


async def asked_to_the_end(_request):
    """Ask all carriers, even for a client who has left."""
    question = {"weight_g": 1000, "country": "DE"}
    asking = ask_all(question, ["postal", "swift", "northline"])
    task = asyncio.create_task(asking)
    unfinished.add(task)  # the loop alone does not keep a task alive
    task.add_done_callback(unfinished.discard)
    quotes = await asyncio.shield(task)  # only this wait is canceled
    return JsonResponse({"quotes": len(quotes)})


# --8<-- [end:shield]
