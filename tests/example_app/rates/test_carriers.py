import asyncio

from rates import clients
from rates.carriers import aget_quote, get_quote
from rates.prices import price

PARCEL = {"weight_g": 1200, "country": "DE"}


def test_a_sync_call_has_the_time_out_of_the_settings(stub, settings, monkeypatch):
    settings.CARRIER_TIMEOUT_S = 7.0
    asked = []
    monkeypatch.setattr(clients.client, "event_hooks", {"request": [asked.append]})
    assert get_quote("postal", **PARCEL) == price("postal", **PARCEL)
    assert [{*request.extensions["timeout"].values()} for request in asked] == [{7.0}]
    assert len(stub.questions) == 1


def test_an_async_call_has_the_time_out_of_the_settings(stub, settings):
    settings.CARRIER_TIMEOUT_S = 7.0
    asked = []

    async def note(request):
        asked.append(request)

    async def ask():
        (await clients.async_client()).event_hooks = {"request": [note]}
        return await aget_quote("postal", **PARCEL)

    assert asyncio.run(ask()) == price("postal", **PARCEL)
    assert [{*request.extensions["timeout"].values()} for request in asked] == [{7.0}]
    assert len(stub.questions) == 1


def test_sync_calls_share_one_connection(stub):
    for _ in range(5):
        get_quote("postal", **PARCEL)
    assert len({*stub.callers}) == 1


def test_async_calls_of_a_loop_share_one_connection(stub):
    async def ask():
        for _ in range(5):
            await aget_quote("postal", **PARCEL)

    asyncio.run(ask())
    assert len({*stub.callers}) == 1
    assert len(stub.callers) == 5
