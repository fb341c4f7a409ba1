"""A task that a view starts and does not wait for."""

import asyncio

from django.http import HttpResponse
from rates.carriers import aget_quote

PARCEL = {"weight_g": 1000, "country": "DE"}


# --8<-- [start:leave]
async def ask_two():
    for carrier in ("postal", "express"):
        await aget_quote(carrier, **PARCEL)


tasks = set()


async def leave(request):
    task = asyncio.create_task(ask_two())  # the trap: nobody waits for it
    tasks.add(task)  # so that it is not collected as garbage; it can be lost all the same
    task.add_done_callback(tasks.discard)
    await asyncio.sleep(0)
    return HttpResponse()


# --8<-- [end:leave]


# --8<-- [start:wait]
async def wait(request):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask_two())  # the block ends when its tasks have ended
    return HttpResponse()


# --8<-- [end:wait]
