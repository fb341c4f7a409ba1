"""An async view that asks a carrier, with a transaction after it."""

from asgiref.sync import sync_to_async
from config.tokens import token_required
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from parcels.api import asked
from parcels.models import Parcel
from rates.carriers import aget_quote


# --8<-- [start:sync]
def load(number):
    """Load all that the view reads: in async code nothing can be fetched later."""
    return get_object_or_404(Parcel.objects.select_related("customer"), number=number)


def book(parcel, quote):
    """Write both rows or neither, and tell whether it did."""
    with transaction.atomic():
        # While the carrier thought, somebody else may have handed the parcel over.
        parcel = Parcel.objects.select_for_update().get(pk=parcel.pk)
        if parcel.status != Parcel.Status.ANNOUNCED:
            return False
        parcel.status = Parcel.Status.PICKED_UP
        parcel.save(update_fields=["status"])
        note = f"Picked up for {quote.price_cents} cents"
        parcel.events.create(at=timezone.now(), place=quote.carrier, note=note)
        return True


# --8<-- [end:sync]


# --8<-- [start:view]
@csrf_exempt  # a token, no cookie: there is nothing to forge
@require_POST
@token_required
async def hand_over(_request, number):
    parcel = await sync_to_async(load)(number)
    carrier, question = asked(parcel)
    # The wait that the view is async for. No transaction is open meanwhile.
    quote = await aget_quote(carrier, **question)
    if quote is None:
        return JsonResponse({"error": f"{carrier} gives no price now"}, status=503)
    # One function, one hop: its queries share a thread, a connection and a transaction.
    if not await sync_to_async(book)(parcel, quote):
        return JsonResponse({"error": "it was handed over already"}, status=409)
    return JsonResponse({"number": number, "price_cents": quote.price_cents})


# --8<-- [end:view]
