"""Queries of one view that run beside each other: a thread and a connection for each branch."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import connections, models
from django.http import JsonResponse
from parcels.models import Parcel


# --8<-- [start:branch]
async def branch(ask):
    """Await `ask()` with a thread of its own for its sync code, beside other branches."""
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        async with ThreadSensitiveContext(executor=thread):
            try:
                return await ask()
            finally:
                # A connection of its own as well, which no request knows of.
                await sync_to_async(connections.close_all)()
    finally:
        thread.shutdown(wait=False)  # it has nothing left to do; the loop need not wait


# --8<-- [end:branch]


# --8<-- [start:view]
async def parcels_by_status(request):
    statuses = Parcel.Status.values
    asks = [branch(Parcel.objects.filter(status=status).acount) for status in statuses]
    return JsonResponse(dict(zip(statuses, await asyncio.gather(*asks), strict=True)))


# --8<-- [end:view]


# --8<-- [start:one-query]
async def parcels_by_status_in_one(request):
    counts = Parcel.objects.order_by().values_list("status").annotate(models.Count("pk"))
    return JsonResponse({status: count async for status, count in counts})


# --8<-- [end:one-query]
