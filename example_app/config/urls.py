"""The addresses of the desk, one line for each app."""

from django.conf import settings
from django.contrib import admin
from django.core.handlers.asgi import ASGIRequest
from django.http import JsonResponse
from django.urls import include, path
from django.views.generic import RedirectView

from config.health import health, health_async
from config.process import describe_process


async def process(request):
    # Under WSGI Django lends an async view a loop of its own. That is not the server's.
    interface = "asgi" if isinstance(request, ASGIRequest) else "wsgi"
    return JsonResponse(describe_process(interface))


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="desk")),
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
    path("health/", health),
    path("health/async/", health_async),
    path("", include("labels.urls")),
    path("", include("parcels.urls")),
    path("rates/", include("rates.urls")),
    path("routes/", include("routes.urls")),
    path("depots/", include("scanning.urls")),
    path("", include("tracking.urls")),
]
if settings.SHOW_PROCESS:
    # Versions help an attacker to choose; only the benchmark mounts this.
    urlpatterns.append(path("process/", process))
