"""A download that Django sends, and the same one handed to the proxy."""

import os
from pathlib import Path

from config.health import health
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path

BIG = Path(os.environ["BIG_FILE"])


def through(_request: HttpRequest) -> FileResponse:
    return FileResponse(BIG.open("rb"))


def handed(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(headers={"X-Accel-Redirect": f"/protected/{BIG.name}"})


urlpatterns = [
    path("through/", through),
    path("handed/", handed),
    path("health/", health),
]
