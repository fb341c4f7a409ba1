"""The example app, with views that gather queries in one thread or more, and one that writes."""

import asyncio

from config.asgi import application  # sets Django up, so it comes first
from config.urls import urlpatterns
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils.module_loading import import_string
from parcels.models import Parcel

__all__ = ["application"]

BRANCHES = "async_views.branches.parcels_by_status"
PICK_UP = "async_views.write.pick_up"


async def gathered(_request: HttpRequest) -> JsonResponse:
    """Gather a count for each status, as one would."""
    counts = [Parcel.objects.filter(status=status).acount() for status in Parcel.Status.values]
    return JsonResponse(await asyncio.gather(*counts), safe=False)


urlpatterns += [
    path("gathered/", gathered),
    path("branches/", import_string(BRANCHES)),
    path("pick-up/<str:number>/", import_string(PICK_UP)),
]
