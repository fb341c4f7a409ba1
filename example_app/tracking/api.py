"""Where the depots' scanners report."""

from config.tokens import token_required
from django import forms
from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from parcels.models import Event

from tracking.reports import report


class ScanForm(forms.ModelForm):
    number = forms.SlugField()

    class Meta:
        model = Event
        fields = ["at", "place", "note"]


# --8<-- [start:scan]
@csrf_exempt  # a token is sent on purpose, a cookie would come by itself
@require_POST
@token_required
def scan(request):
    """Take a report, and say where the customer can follow the parcel."""
    form = ScanForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    number = form.cleaned_data.pop("number")
    is_new = report(number, **form.cleaned_data)
    page = request.build_absolute_uri(reverse("track", args=[number]))
    return JsonResponse({"page": page}, status=201 if is_new else 200)


# --8<-- [end:scan]
