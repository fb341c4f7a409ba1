"""Answer a load balancer that asks whether this process lives: the smallest view there is."""

from django.http import JsonResponse


# --8<-- [start:health]
def health(_request):
    return JsonResponse({"status": "ok"})


async def health_async(_request):
    return JsonResponse({"status": "ok"})


# --8<-- [end:health]
