"""The addresses of the desk, and the one where a scanner's token is asked for."""

from config.urls import urlpatterns
from django.urls import path
from fastapi_sidecar.desk import token_for_scanner

# --8<-- [start:urls]
urlpatterns = [*urlpatterns, path("api/scanners/<slug:scanner>/token/", token_for_scanner)]
# --8<-- [end:urls]
