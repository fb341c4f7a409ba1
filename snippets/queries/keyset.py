"""Pages that begin where the last one ended, and skip no rows to get there."""

from config.tokens import token_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from parcels.api import as_json
from parcels.models import Parcel

SIZE = 20


# --8<-- [start:keyset]
def page_after(parcels, last=None):
    """Return the parcels that come after `last`, newest first."""
    if last:
        # The index is read from `created <= …` on. What shares that moment with the last
        # parcel and stood before it is left out by the rest.
        parcels = parcels.filter(created__lte=last.created)
        parcels = parcels.exclude(created=last.created, pk__gte=last.pk)
    return parcels.order_by("-created", "-pk")[:SIZE]


@token_required
def parcel_pages(request):
    """Answer with a page. The next one is asked for with `?after=` its last number."""
    after = request.GET.get("after")
    last = get_object_or_404(Parcel, number=after) if after else None
    parcels = [as_json(parcel) for parcel in page_after(Parcel.objects.for_desk(), last)]
    return JsonResponse(parcels, safe=False)


# --8<-- [end:keyset]
