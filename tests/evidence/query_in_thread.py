"""The example app, with views that ask the database in the request's thread or in another."""

from asgiref.sync import sync_to_async
from config.asgi import application  # sets Django up, so it comes first
from config.urls import urlpatterns
from django.http import HttpRequest, HttpResponse
from django.urls import path
from parcels.models import Parcel
from rates.carriers import get_quote

__all__ = ["application"]


def price_of_the_newest() -> None:
    """Ask the database, then a carrier, who holds this thread until we have counted."""
    parcel = Parcel.objects.newest(1)[0]
    get_quote(parcel.carrier, weight_g=parcel.weight_g, country=parcel.customer.country)


async def in_its_own(_request: HttpRequest) -> HttpResponse:
    """Ask in the request's thread, as Django does by itself."""
    await sync_to_async(price_of_the_newest)()
    return HttpResponse()


async def in_another(_request: HttpRequest) -> HttpResponse:
    """Ask in a thread of the event loop's pool."""
    await sync_to_async(price_of_the_newest, thread_sensitive=False)()
    return HttpResponse()


urlpatterns += [path("own/", in_its_own), path("another/", in_another)]
