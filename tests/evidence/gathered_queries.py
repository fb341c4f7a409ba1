"""Settings and addresses of a desk that gathers as many queries as it is asked for."""

import asyncio

from async_backend.settings import *  # noqa: F403 - settings are a module
from django.apps import apps
from django.http import JsonResponse
from django.urls import path
from django_async_backend.db import async_new_connection


async def count() -> int:
    """Ask how many parcels there are, of the database under its async name."""
    parcels = apps.get_model("parcels", "Parcel").async_objects
    return int(await parcels.using("async").acount())


async def gathered(_request: object, how: str, queries: int) -> JsonResponse:
    """Answer with what each query gave: a count, or the name of its error."""
    ask = {"each-its-own": async_new_connection(count), "plain": count}[how]
    given = await asyncio.gather(*(ask() for _ in range(queries)), return_exceptions=True)
    return JsonResponse([g if isinstance(g, int) else type(g).__name__ for g in given], safe=False)


async def health(_request: object) -> JsonResponse:
    """Answer without asking the database."""
    return JsonResponse({"status": "ok"})


ROOT_URLCONF = __name__
urlpatterns = [path("health/", health), path("<str:how>/<int:queries>/", gathered)]
