"""The addresses of the desk, and those that the benchmark asks."""

from async_backend import measured
from config.urls import urlpatterns
from django.urls import include, path

urlpatterns = [*urlpatterns, path("measured/", include(measured))]
