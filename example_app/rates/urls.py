"""The addresses under /rates/."""

from django.urls import path

from rates import table, views

urlpatterns = [
    path("one/", views.one_carrier),
    path("one/async/", views.one_carrier_async),
    path("one/blocking/", views.one_carrier_blocking),
    path("one/new-client/", views.one_carrier_new_client),
    path("five/sequence/", views.five_sequence),
    path("five/sequence/async/", views.five_sequence_async),
    path("five/threads/", views.five_threads),
    path("five/gather/", views.five_gather),
    path("table/", table.price_table),
    path("table/kept/", table.price_table_kept),
]
