"""The desk's parcels as an API whose types are declared: checked, and written down as OpenAPI."""

from datetime import datetime

from config.tokens import is_known
from django.contrib.admin.views.decorators import staff_member_required
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI, Schema
from ninja.pagination import LimitOffsetPagination, paginate
from ninja.security import HttpBearer
from parcels.models import Parcel


# --8<-- [start:api]
class DeskToken(HttpBearer):
    def authenticate(self, request, _token):
        return is_known(request)  # the check that the desk's other views use


api = NinjaAPI(
    title="Parcels",
    auth=DeskToken(),  # for all of it; a view that may be public says auth=None
    docs_decorator=staff_member_required,  # the page at docs/ and its openapi.json
)
# --8<-- [end:api]


# --8<-- [start:schemas]
class EventOut(Schema):
    at: datetime
    place: str
    note: str


class PlaceOut(Schema):
    name: str
    city: str


class ParcelOut(Schema):
    number: str
    status: str
    weight_g: int
    created: datetime
    customer: PlaceOut
    depot: PlaceOut
    latest_events: list[EventOut]


# --8<-- [end:schemas]


# --8<-- [start:views]
@api.get("/parcels", response=list[ParcelOut])
@paginate(LimitOffsetPagination)
def list_parcels(request, status: Parcel.Status | None = None):
    # `for_desk` loads ahead what the schema will ask for.
    parcels = Parcel.objects.for_desk().order_by("-created", "-pk")
    return parcels.filter(status=status) if status else parcels


@api.get("/parcels/{number}", response=ParcelOut)
def one_parcel(request, number: str):
    return get_object_or_404(Parcel.objects.for_desk(), number=number)


# --8<-- [end:views]
