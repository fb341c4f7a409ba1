"""Reports of the desk. PostgreSQL works for them, not Python."""

from datetime import timedelta

from config.tokens import token_required
from django.db.models import Count, F
from django.http import JsonResponse

from parcels.models import Parcel

DAY = timedelta(hours=24)


# --8<-- [start:rush]
def rush(count=10):
    """Return the days on which a depot had most to do: 24 hours from some parcel on.

    Each parcel is compared with all others of its depot, so the database computes for a while
    and answers with a few rows.
    """
    within_a_day = F("created"), F("created") + DAY
    return (
        Parcel.objects.filter(depot__parcels__created__range=within_a_day)
        .annotate(parcels=Count("depot__parcels"))
        .order_by("-parcels", "created", "pk")
        .values("depot__name", "created", "parcels")[:count]
    )


@token_required
def rush_report(_request):
    return JsonResponse([*rush()], safe=False)


# --8<-- [end:rush]
