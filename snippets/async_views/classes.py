"""Class-based views: all handlers sync, or all async."""

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from rates.carriers import aget_quote


# --8<-- [start:mixed]
class Mixed(View):
    """Trap: `as_view()` raises ImproperlyConfigured, when the URLs are read."""

    def get(self, _request):
        return HttpResponse("how much?")

    async def post(self, _request):
        quote = await aget_quote("postal", weight_g=1000, country="DE")
        return JsonResponse({"price_cents": quote.price_cents})


# --8<-- [end:mixed]


# --8<-- [start:all-async]
class Quote(View):
    @method_decorator(login_required)
    async def get(self, request):
        user = await request.auser()  # `request.user` would ask the database here, and raise
        return HttpResponse(f"How much, {user.get_username()}?")

    @method_decorator(login_required)
    async def post(self, _request):
        quote = await aget_quote("postal", weight_g=1000, country="DE")
        await sync_to_async(self.note)(quote)  # what must be sync is a method of its own
        return JsonResponse({"price_cents": quote.price_cents})

    def note(self, quote):
        self.request.session["last_price_cents"] = quote.price_cents


# --8<-- [end:all-async]


# --8<-- [start:dispatch]
@method_decorator(login_required, name="dispatch")
class Guarded(View):
    """Trap: `dispatch` is sync and returns a coroutine, so it gets the sync guard."""

    async def get(self, _request):
        return HttpResponse("never seen by anybody")


class GuardedByMixin(LoginRequiredMixin, View):
    """Trap: the mixin guards `dispatch` as well."""

    async def get(self, _request):
        return HttpResponse("never seen by anybody")


class Guardable(View):
    async def get(self, _request):
        return HttpResponse("seen by whoever is logged in")


guarded = login_required(Guardable.as_view())  # in urls.py: around the view, which is async
# --8<-- [end:dispatch]
