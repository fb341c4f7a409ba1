"""Views of the desk, written with Django Ninja: the same address, the same answer."""

from typing import Annotated

from config.tokens import is_known
from config.urls import urlpatterns
from django.shortcuts import aget_object_or_404
from django.urls import path
from ninja import NinjaAPI, Query, Schema
from ninja.security import HttpBearer
from parcels.models import Parcel
from routes.tours import plan

api = NinjaAPI(docs_url=None, openapi_url=None)


# --8<-- [start:simple]
@api.get("/health/async/")
async def health_async(request):
    return {"status": "ok"}


@api.get("/routes/plan/async/")
async def plan_tour_async(request, stops: Annotated[int, Query(ge=3, le=250)] = 170):
    return plan(stops)


# --8<-- [end:simple]


# --8<-- [start:query]
class DeskToken(HttpBearer):
    async def authenticate(self, request, _token):
        return is_known(request)  # a `def` would be run in the request's thread


class CustomerOut(Schema):
    name: str
    city: str
    country: str


class ParcelOut(Schema):
    number: str
    status: str
    customer: CustomerOut


@api.get("/api/parcels/{number}/customer/async/", auth=DeskToken(), response=ParcelOut)
async def parcel_customer_async(request, number: str):
    return await aget_object_or_404(Parcel.objects.select_related("customer"), number=number)


# --8<-- [end:query]

urlpatterns = [path("", api.urls), *urlpatterns]
