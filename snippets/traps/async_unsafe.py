"""Sync work with the database in async code: each shape that raises, and one that works."""

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import HttpResponse
from django.template import Context, Template
from parcels.models import Parcel

LIST = Template("{% for parcel in parcels %}{{ parcel.number }} {% endfor %}")
sent = []


# --8<-- [start:query]
async def query(request):
    parcel = Parcel.objects.order_by("pk").first()  # raises
    return HttpResponse(parcel.number)


async def query_awaited(request):
    parcel = await Parcel.objects.order_by("pk").afirst()
    return HttpResponse(parcel.number)


# --8<-- [end:query]


# --8<-- [start:related]
async def related(request):
    parcel = await Parcel.objects.afirst()
    return HttpResponse(parcel.customer.name)  # raises: this asks the database


async def related_loaded(request):
    parcel = await Parcel.objects.select_related("customer").afirst()
    return HttpResponse(parcel.customer.name)


# --8<-- [end:related]


# --8<-- [start:deferred]
async def deferred(request):
    parcel = await Parcel.objects.only("number").afirst()
    return HttpResponse(parcel.status)  # raises: `status` was left out


async def deferred_loaded(request):
    parcel = await Parcel.objects.only("number", "status").afirst()
    return HttpResponse(parcel.status)


# --8<-- [end:deferred]


# --8<-- [start:template]
async def template(request):
    parcels = Parcel.objects.all()[:20]  # no query yet
    return HttpResponse(LIST.render(Context({"parcels": parcels})))  # raises: here it is


async def template_loaded(request):
    parcels = [parcel async for parcel in Parcel.objects.all()[:20]]
    return HttpResponse(LIST.render(Context({"parcels": parcels})))


# --8<-- [end:template]


# --8<-- [start:user]
async def user(request):
    return HttpResponse(f"Good morning, {request.user}")  # raises: the session is in the database


async def user_awaited(request):
    return HttpResponse(f"Good morning, {await request.auser()}")


# --8<-- [end:user]


# --8<-- [start:atomic]
async def atomic(request):
    with transaction.atomic():  # raises, and `async with` does not exist for it
        parcel = await Parcel.objects.aget(pk=1)
        await parcel.asave()
    return HttpResponse()


async def on_commit(request):
    transaction.on_commit(lambda: sent.append("label"))  # raises as well
    return HttpResponse()


async def in_the_thread(request):
    def save():
        with transaction.atomic():
            Parcel.objects.select_for_update().get(pk=1).save()
            transaction.on_commit(lambda: sent.append("label"))

    await sync_to_async(save)()  # the whole transaction is one sync function
    return HttpResponse()


# --8<-- [end:atomic]
