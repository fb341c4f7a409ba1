"""An ASGI application whose streams each listen for themselves, as the desk's do not."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis

type Message = dict[str, Any]


async def application(
    scope: Message, _receive: object, send: Callable[[Message], Awaitable[None]]
) -> None:
    """Stream what is published; answer /health/ with nothing."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/health/":
        await send({"type": "http.response.body"})
        return
    async with Redis.from_url(os.environ["REDIS_URL"]) as client, client.pubsub() as channel:
        await channel.subscribe(os.environ["TRACKING_CHANNEL"])
        async for message in channel.listen():
            if message["type"] == "message":
                await send(
                    {"type": "http.response.body", "body": b"data: {}\n\n", "more_body": True}
                )
