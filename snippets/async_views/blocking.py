"""Work that blocks, in an async view: where it goes, and what may stay."""

import asyncio
import hashlib

from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from parcels.models import Parcel
from rates.carriers import aget_quote


# --8<-- [start:render]
@sync_to_async
def page(request, quote):
    """Query and render in one trip: here the template may loop over a QuerySet."""
    return render(
        request, "parcels/desk.html", {"parcels": Parcel.objects.newest(), "quote": quote}
    )


async def shown(request):
    quote = await aget_quote("postal", weight_g=1000, country="DE")
    return await page(request, quote)


# --8<-- [end:render]


# --8<-- [start:to-thread]
def digest(path):
    """Read a file of any size and compute: nothing of it is async, and no query is in it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def checksum(request, path):
    return HttpResponse(await asyncio.to_thread(digest, path))


# --8<-- [end:to-thread]


# --8<-- [start:sign-up]
async def sign_up(name, password):
    """Make a user, and hash the password beside the loop: `acreate_user` would hash on it."""
    hashed = await asyncio.to_thread(make_password, password)
    return await User.objects.acreate(username=name, password=hashed)


# --8<-- [end:sign-up]
