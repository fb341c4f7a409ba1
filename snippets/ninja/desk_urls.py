"""The addresses of the desk, and its API."""

from config.urls import urlpatterns
from django.urls import path

# --8<-- [start:urls]
from parcel_api import api

urlpatterns = [*urlpatterns, path("api/v1/", api.urls)]
# --8<-- [end:urls]
