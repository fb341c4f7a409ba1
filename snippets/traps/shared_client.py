"""An async HTTP client that outlives the event loop of its connections."""

import httpx
from django.http import HttpResponse
from rates.carriers import url
from rates.clients import async_client

PARCEL = {"weight_g": 1000, "country": "DE"}

# --8<-- [start:trap]
client = httpx.AsyncClient()  # the trap, under WSGI: each request has a loop of its own


async def price(request):
    answer = await client.get(url("postal"), params=PARCEL)
    return HttpResponse(answer.content)


# --8<-- [end:trap]


# --8<-- [start:cure]
async def price_with_the_loops_own(request):
    client = await async_client()  # the one of the loop that runs now
    answer = await client.get(url("postal"), params=PARCEL)
    return HttpResponse(answer.content)


# --8<-- [end:cure]
