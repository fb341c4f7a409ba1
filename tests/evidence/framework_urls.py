"""The smallest views of Django, Django Ninja, DRF and adrf, each under an address of its own."""

from adrf.views import APIView as AsyncAPIView
from django.http import HttpRequest, JsonResponse
from django.urls import path
from ninja import NinjaAPI
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

SMALL = {"status": "ok"}
api = NinjaAPI(docs_url=None, openapi_url=None, urls_namespace="small")


def known(_request: HttpRequest) -> bool:
    return True


async def known_async(_request: HttpRequest) -> bool:
    return True


def sync_view(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(SMALL)


async def async_view(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(SMALL)


@api.get("async/")
async def ninja_async(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001 - Ninja asks for it by name
    return SMALL


@api.get("sync/")
def ninja_sync(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001
    return SMALL


@api.get("mixed/")
def ninja_sync_of_a_mixed_path(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001
    return SMALL


@api.post("mixed/")
async def ninja_async_of_a_mixed_path(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001
    return SMALL


@api.get("checked/", auth=known)
async def ninja_checked(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001
    return SMALL


@api.get("checked-async/", auth=known_async)
async def ninja_checked_async(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001
    return SMALL


class Small:
    """What views of DRF and adrf have in common: nobody is asked who he is."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer,)


class Sync(Small, APIView):
    def get(self, _request: Request) -> Response:
        return Response(SMALL)


class AsyncOnDRF(Small, APIView):
    async def get(self, _request: Request) -> Response:
        return Response(SMALL)


class AsyncOnAdrf(Small, AsyncAPIView):
    async def get(self, _request: Request) -> Response:
        return Response(SMALL)


class May(BasePermission):
    async def has_permission(self, _request: Request, _view: APIView) -> bool:
        return True


class CheckedOnAdrf(AsyncOnAdrf):
    permission_classes = (May,)


urlpatterns = [
    path("django/sync/", sync_view),
    path("django/async/", async_view),
    path("ninja/", api.urls),
    path("drf/sync/", Sync.as_view()),
    path("adrf/async/", AsyncOnAdrf.as_view()),
    path("adrf/checked/", CheckedOnAdrf.as_view()),
]
