"""The pages of the desk, for people who are logged in."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render

from parcels.models import Parcel


@login_required
def desk(request):
    """Show the newest parcels, or those that were searched for."""
    words = request.GET.get("q", "").strip()
    parcels = Parcel.objects.search(words) if words else Parcel.objects.newest()
    return render(request, "parcels/desk.html", {"parcels": parcels, "words": words})


@login_required
def parcel(request, number):
    found = get_object_or_404(Parcel.objects.select_related("customer", "depot"), number=number)
    return render(request, "parcels/parcel.html", {"parcel": found})
