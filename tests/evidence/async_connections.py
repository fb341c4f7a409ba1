"""Settings and addresses of a desk that tells which connections its queries took."""

import os

from asgiref.sync import sync_to_async
from async_backend.settings import *  # noqa: F403 - settings are a module
from async_backend.settings import DATABASES
from django.apps import apps
from django.db import connection
from django.http import JsonResponse
from django.urls import path
from django_async_backend.db import async_connections, async_new_connection
from django_async_backend.db.transaction import async_atomic

if os.environ.get("WITHOUT_POOL"):
    del DATABASES["async"]["OPTIONS"]["pool"]

PID = "SELECT pg_backend_pid()"
NUMBER = "DX00000005"


async def of_async() -> int:
    """Return the process of the database that serves this task's async connection."""
    async with await async_connections["async"].cursor() as cursor:
        await cursor.execute(PID)
        return int((await cursor.fetchone())[0])


def of_sync() -> int:
    """Return the process of the database that serves Django's own connection."""
    with connection.cursor() as cursor:
        cursor.execute(PID)
        return int(cursor.fetchone()[0])


async def pid(_request: object) -> JsonResponse:
    """Answer with the async connection of this request."""
    return JsonResponse({"async": await of_async()})


def weight() -> int:
    """Return the weight of a parcel, as Django's own connection sees it."""
    return int(apps.get_model("parcels", "Parcel").objects.get(number=NUMBER).weight_g)


async def both(_request: object) -> JsonResponse:
    """Write through one, read through both before the write is taken back, and read again."""
    parcels = apps.get_model("parcels", "Parcel").async_objects.using("async")
    before = await sync_to_async(weight)()
    try:
        async with async_atomic(using="async"):
            await parcels.filter(number=NUMBER).aupdate(weight_g=before + 1)
            found = {
                "async": (await parcels.aget(number=NUMBER)).weight_g - before,
                "sync": await sync_to_async(weight)() - before,
                "connections": [await of_async(), await sync_to_async(of_sync)()],
            }
            raise ValueError  # noqa: TRY301 - this is what the transaction is for
    except ValueError:
        found["after"] = (await parcels.aget(number=NUMBER)).weight_g - before
    return JsonResponse(found)


async def nested(_request: object) -> JsonResponse:
    """Hold a connection in a transaction, and ask with another meanwhile."""
    async with async_atomic(using="async"):
        await of_async()
        return JsonResponse({"async": await async_new_connection(of_async())})


async def health(_request: object) -> JsonResponse:
    """Answer without asking the database."""
    return JsonResponse({"status": "ok"})


ROOT_URLCONF = __name__
urlpatterns = [
    path("health/", health),
    path("pid/", pid),
    path("both/", both),
    path("nested/", nested),
]
