"""Keep an API private with a bearer token, for sync and async views alike."""

from functools import wraps
from inspect import iscoroutinefunction

from django.conf import settings
from django.http import JsonResponse
from django.utils.crypto import constant_time_compare


# --8<-- [start:token-required]
def token_required(view):
    """Answer 401 unless the request carries `Authorization: Bearer $DESK_TOKEN`."""
    if iscoroutinefunction(view):
        # A sync wrapper would work here too, but Django asks the outermost function
        # whether it is async: it would take this view for a sync one.
        @wraps(view)
        async def guarded(request, *args, **kwargs):
            return await view(request, *args, **kwargs) if is_known(request) else refusal()
    else:

        @wraps(view)
        def guarded(request, *args, **kwargs):
            return view(request, *args, **kwargs) if is_known(request) else refusal()

    return guarded


def is_known(request):
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # == stops at the first wrong letter, and the time it takes tells how far it came.
    is_right = constant_time_compare(token, settings.DESK_TOKEN)
    # Without a token in the settings nobody is known, not even one who sends none.
    return scheme.lower() == "bearer" and is_right and bool(settings.DESK_TOKEN)


# --8<-- [end:token-required]


def refusal():
    headers = {"WWW-Authenticate": 'Bearer realm="desk"'}
    return JsonResponse({"error": "a bearer token is needed"}, status=401, headers=headers)
