"""What a browser asks before it opens a socket, and a view whose news go to sockets."""

from functools import partial

from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from parcels.models import Depot, Event, Parcel

from scanning.news import group_of, tell
from scanning.records import as_news
from scanning.relay import sign

TOKEN_VALID_S = 300


# --8<-- [start:token]
@never_cache
@permission_required("parcels.view_event", raise_exception=True)
def token(request, depot):
    """Give who may listen a token for the depot's room. When it ends, the socket ends."""
    found = get_object_or_404(Depot, name=depot)
    claims = {
        "aud": "room",
        "room": group_of(found.pk),
        "sub": request.user.get_username(),
        "send": request.user.has_perm("parcels.add_event"),
    }
    return JsonResponse({"token": sign(**claims, valid_s=TOKEN_VALID_S)})


# --8<-- [end:token]


# --8<-- [start:hold]
@require_POST
@permission_required("parcels.change_parcel", raise_exception=True)
@transaction.atomic
def hold(_request, number):
    """Have a parcel held, and tell its depot."""
    parcel = get_object_or_404(Parcel.objects.select_related("depot"), number=number)
    event = Event(
        parcel=parcel, at=timezone.now(), place=parcel.depot.city, note="Hold this parcel"
    )
    event.save()
    # Not before the commit: nobody hears of what was rolled back, and who looks it up finds it.
    # robust: when the news cannot be sent, that is logged, and the parcel is held all the same.
    transaction.on_commit(partial(tell, parcel.depot_id, as_news(event)), robust=True)
    return JsonResponse({"held": number})


# --8<-- [end:hold]
