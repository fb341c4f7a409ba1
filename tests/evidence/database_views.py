"""The example app, with views that tell of their connections to the database."""

from config.asgi import application as asgi  # sets Django up, so it comes first
from config.urls import urlpatterns
from config.wsgi import application as wsgi
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.urls import get_resolver, path
from parcels.models import Parcel
from rates.carriers import get_quote

__all__ = ["asgi", "wsgi"]

sessions: set[int] = set()
"""Sessions of PostgreSQL that requests of this process have used."""


def wait_for_a_carrier() -> None:
    """Ask a carrier, who holds this thread until we have counted."""
    get_quote("postal", weight_g=1000, country="DE")


def query(_request: HttpRequest) -> HttpResponse:
    """Ask the database, each statement a transaction of its own, then a carrier."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        sessions.add(cursor.fetchone()[0])
    wait_for_a_carrier()
    return HttpResponse()


@transaction.atomic
def in_transaction(request: HttpRequest) -> HttpResponse:
    """Do the same inside a transaction."""
    return query(request)


def used_sessions(_request: HttpRequest) -> HttpResponse:
    """Tell how many sessions the requests have used; this asks no database."""
    return JsonResponse(len(sessions), safe=False)


def nowhere(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 404 with a page that asks the database, then a carrier."""
    Parcel.objects.newest(1)[0]
    wait_for_a_carrier()
    return HttpResponseNotFound()


urlpatterns += [
    path("query/", query),
    path("transaction/", in_transaction),
    path("sessions/", used_sessions),
]
get_resolver().urlconf_module.handler404 = nowhere
