"""A page that greets who is logged in, kept for everybody, and kept for each."""

from django.http import HttpResponse
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie


# --8<-- [start:everybody]
@cache_page(60)
def greeting_for_everybody(request):
    """Greet the first visitor, and call all others by that name too."""
    return HttpResponse(f"Hello, {request.session.get('name', 'stranger')}")


# --8<-- [end:everybody]


# --8<-- [start:each]
@cache_page(60)
@vary_on_cookie  # below `cache_page`: the answer must say so before it is kept
def greeting_for_each(request):
    """Keep a copy for each visitor, which is seldom worth it."""
    return HttpResponse(f"Hello, {request.session.get('name', 'stranger')}")


# --8<-- [end:each]
