"""The customer's addresses, and the one that scanners report to."""

from django.urls import path, register_converter

from tracking import api, views
from tracking.links import SignedNumber

register_converter(SignedNumber, "signed")

urlpatterns = [
    path("track/<signed:number>/", views.page, name="track"),
    path("track/<signed:number>/events/", views.events, name="track-events"),
    path("track/<signed:number>/live/", views.live_page, name="track-live"),
    path("track/<signed:number>/stream/", views.stream, name="track-stream"),
    path("api/scans/", api.scan),
]
