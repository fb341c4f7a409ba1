"""The addresses of the desk, and two more."""

from async_backend.find import find
from async_backend.hand_over import hand_over
from config.urls import urlpatterns
from django.urls import path

urlpatterns = [
    *urlpatterns,
    path("api/find/", find),
    path("api/parcels/<slug:number>/hand-over/", hand_over),
]
