"""Handlers of a class-based view: all sync, or all async."""

from django.http import HttpResponse
from django.views import View


# --8<-- [start:mixed]
class Mixed(View):
    def get(self, request):
        return HttpResponse(request.method)

    async def post(self, request):  # the trap: one of them is async
        return HttpResponse(request.method)


# --8<-- [end:mixed]


# --8<-- [start:all-async]
class AllAsync(View):
    async def get(self, request):
        return HttpResponse(request.method)

    async def post(self, request):
        return HttpResponse(request.method)


# --8<-- [end:all-async]
