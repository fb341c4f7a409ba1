"""The tour of the day as JSON."""

from django.http import JsonResponse

from routes.forms import PlanForm
from routes.tours import plan


def refused(form):
    return JsonResponse({"errors": form.errors.get_json_data()}, status=400)


# --8<-- [start:plan]
def plan_tour(request):
    form = PlanForm(request.GET)
    if not form.is_valid():
        return refused(form)
    return JsonResponse(plan(form.cleaned_data["stops"]))


# --8<-- [end:plan]


# --8<-- [start:plan-async]
async def plan_tour_async(request):
    """Plan on the event loop. Nothing is awaited, so all others wait until it is done."""
    form = PlanForm(request.GET)
    if not form.is_valid():
        return refused(form)
    return JsonResponse(plan(form.cleaned_data["stops"]))


# --8<-- [end:plan-async]
