"""The addresses beside the sockets, for people who are logged in."""

from django.urls import path

from scanning import views

urlpatterns = [
    path("<slug:depot>/token/", views.token, name="relay-token"),
    path("parcels/<slug:number>/hold/", views.hold, name="hold"),
]
