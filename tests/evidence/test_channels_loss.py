"""What comes too fast for a channel layer with a capacity is lost in silence."""

import asyncio

import pytest
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

SENT = 150


@pytest.mark.evidence("channels-loss")
def test_beyond_the_capacity_of_a_layer_messages_are_lost(valkey, arrive, record):
    arrived = asyncio.run(arrive(RedisChannelLayer([valkey.url])))

    assert arrived < SENT
    record(sent=SENT, arrived=arrived)


@pytest.mark.evidence("channels-loss")
def test_pub_sub_has_no_capacity(valkey, arrive, record):
    arrived = asyncio.run(arrive(RedisPubSubChannelLayer(hosts=[valkey.url])))

    assert arrived == SENT
    record(pubsub=arrived)


@pytest.fixture
def arrive():
    """Give a function that sends to a group and returns how many came to its only member.

    The member is busy with something else while they are sent. No sending raises an error.
    """

    async def count(layer):
        member = await layer.new_channel()
        await layer.group_add("board", member)
        for number in range(SENT):
            await layer.group_send("board", {"type": "tell", "number": number})
        arrived = 1
        await receive(layer, member)  # now there is room for one more: the last
        await layer.group_send("board", {"type": "tell", "number": "last"})
        while await receive(layer, member) != "last":
            arrived += 1
        await layer.group_discard("board", member)
        await layer.flush()
        return arrived

    return count


async def receive(layer, member):
    async with asyncio.timeout(30):
        return (await layer.receive(member))["number"]
