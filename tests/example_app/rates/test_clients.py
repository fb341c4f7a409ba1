import asyncio

import pytest
import uvloop
from rates import clients


async def _twice():
    return await clients.async_client(), await clients.async_client()


async def _after_a_call(url):
    client = await clients.async_client()
    await client.get(f"{url}/quotes/postal/", params={"weight_g": 1, "country": "DE"})
    return client


LOOPS = pytest.mark.parametrize(
    "new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)


@LOOPS
def test_a_loop_has_one_client_for_all_its_life(new_loop):
    with asyncio.Runner(loop_factory=new_loop) as runner:
        first, again = runner.run(_twice())
        later, _ = runner.run(_twice())
    assert first is again is later


@LOOPS
def test_another_loop_has_another_client(new_loop):
    with asyncio.Runner(loop_factory=new_loop) as one, asyncio.Runner() as other:
        assert one.run(_twice())[0] is not other.run(_twice())[0]


@LOOPS
def test_a_client_is_closed_with_its_loop(new_loop, stub):
    with asyncio.Runner(loop_factory=new_loop) as runner:
        client = runner.run(_after_a_call(stub.url))
        assert not client.is_closed
    assert client.is_closed


@LOOPS
def test_nothing_is_kept_of_a_loop_that_ended(new_loop, stub):
    before = dict(clients._open)
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_after_a_call(stub.url))
    assert clients._open == before


def test_many_tasks_that_start_together_share_the_client():
    async def start():
        return await asyncio.gather(*(clients.async_client() for _ in range(20)))

    assert len(set(asyncio.run(start()))) == 1
