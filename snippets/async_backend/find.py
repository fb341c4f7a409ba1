"""Look for words in all that the desk knows: three queries that do not need each other."""

import asyncio

from asgiref.sync import sync_to_async
from config.tokens import token_required
from django.conf import settings
from django.http import JsonResponse
from django_async_backend.db import async_new_connection
from parcels.models import Customer, Depot, Parcel


# --8<-- [start:queries]
def queries(words, manager):
    """Return what to ask, of `objects` or `async_objects`: both take the same filters."""
    parcels, customers, depots = (getattr(m, manager) for m in (Parcel, Customer, Depot))
    return {
        "parcels": parcels.filter(number__startswith=words.upper())
        .order_by("number")
        .values_list("number", flat=True)[:20],
        "customers": customers.filter(name__icontains=words)
        .order_by("name")
        .values_list("name", flat=True)[:20],
        "depots": depots.filter(city__icontains=words)
        .order_by("city")
        .values_list("city", flat=True)[:20],
    }


# --8<-- [end:queries]


# --8<-- [start:find]
@async_new_connection
async def rows(query):
    """Wait on a connection of its own, which goes back to the pool after the last row."""
    return [row async for row in query.using("async")]


async def find_at_once(words):
    # A group rather than gather: when one query fails, the others are cancelled.
    async with asyncio.TaskGroup() as group:
        tasks = {
            name: group.create_task(rows(query))
            for name, query in queries(words, "async_objects").items()
        }
    return {name: task.result() for name, task in tasks.items()}


def find_in_turn(words):
    return {name: [*query] for name, query in queries(words, "objects").items()}


@token_required
async def find(request):
    ask = find_at_once if settings.ASYNC_ORM else sync_to_async(find_in_turn)
    return JsonResponse(await ask(request.GET.get("q", "")))


# --8<-- [end:find]
