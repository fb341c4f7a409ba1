import asyncio
import time

import httpx
import pytest

from crossroads.services.carriers import TARIFFS, Carriers, start_carriers

PRICES = {"postal": 690, "swift": 965, "northline": 787, "greenvan": 795, "overnight": 1890}


def get(carriers: Carriers, path: str) -> httpx.Response:
    return httpx.get(f"{carriers.url}{path}", timeout=30)


@pytest.mark.parametrize(("carrier", "price_cents"), PRICES.items())
def test_a_parcel_of_2500_g_costs(carrier: str, price_cents: int, carriers: Carriers) -> None:
    here = get(carriers, f"/quotes/{carrier}/?weight_g=2500&country=DE").json()
    abroad = get(carriers, f"/quotes/{carrier}/?weight_g=2500&country=FR").json()

    days = TARIFFS[carrier].days
    expected = {"carrier": carrier, "price_cents": price_cents, "days": days, "currency": "EUR"}
    assert here == expected
    assert abroad == expected | {"price_cents": price_cents + 900}


def test_the_test_knows_all_carriers() -> None:
    assert PRICES.keys() == TARIFFS.keys()


def test_an_unknown_carrier_is_404(carriers: Carriers) -> None:
    for path in ("/quotes/pigeon/", "/quotes/postal", "/"):
        assert get(carriers, path).status_code == 404


@pytest.mark.parametrize(
    "wrong", ["weight_g=heavy", "weight_g=0", "latency_ms=-1", "latency_ms=nan", "latency_ms=1e9"]
)
def test_a_question_that_makes_no_sense_is_400(wrong: str, carriers: Carriers) -> None:
    assert get(carriers, f"/quotes/postal/?{wrong}").status_code == 400


def test_an_answer_takes_its_latency_at_least() -> None:
    with start_carriers(latency_ms=150) as carriers:
        start = time.monotonic()
        get(carriers, "/quotes/postal/")
        assert time.monotonic() - start >= 0.15


def test_a_request_may_set_its_own_latency(carriers: Carriers) -> None:
    start = time.monotonic()
    get(carriers, "/quotes/postal/?latency_ms=250")

    assert time.monotonic() - start >= 0.25


def test_hundreds_wait_at_the_same_time(carriers: Carriers) -> None:
    waits = 200

    async def ask_all() -> float:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(limits=limits, timeout=60) as client:
            start = time.monotonic()
            url = f"{carriers.url}/quotes/postal/?latency_ms=1000"
            answers = await asyncio.gather(*(client.get(url) for _ in range(waits)))
        assert {answer.status_code for answer in answers} == {200}
        return time.monotonic() - start

    # One after the other they would take 200 s.
    assert asyncio.run(ask_all()) < waits * 1.0 / 4
