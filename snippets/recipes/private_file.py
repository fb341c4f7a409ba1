"""Hand out a file that not everybody may have, without sending a byte of it."""

from urllib.parse import quote

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from parcels.models import Parcel


# --8<-- [start:view]
@permission_required("parcels.view_parcel", raise_exception=True)
def label(_request, number):
    """Decide who may have the label; nginx finds the file and sends it."""
    parcel = get_object_or_404(Parcel, number=number)
    name = f"{parcel.number}.pdf"
    response = HttpResponse(content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Accel-Redirect"] = f"/protected/{quote(name)}"
    return response


# --8<-- [end:view]
