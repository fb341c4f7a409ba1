"""Channels as its documentation has it, and the same with the sockets spread over threads.

Each message makes a consumer ask a carrier, in sync code, and is answered with the thread that did.
"""

import threading

from config.asgi import application as requests  # it sets Django up, so it comes first

# isort: split
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from rates.carriers import get_quote
from scanning.bounds import spread_over_threads


@database_sync_to_async
def ask() -> str:
    """Ask a carrier, and return the thread that waited for it."""
    get_quote("postal", weight_g=500, country="DE")
    return str(threading.get_ident())


class Consumer(AsyncWebsocketConsumer):
    """Answers each message with the thread that did its work."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002
        """Do the work of a message."""
        await self.send(text_data=await ask())


stock = ProtocolTypeRouter({"http": requests, "websocket": Consumer.as_asgi()})
spread = ProtocolTypeRouter(
    {"http": requests, "websocket": spread_over_threads(Consumer.as_asgi())}
)
