"""The socket of a depot: hand scanners send, the dispatcher's board sees it and answers."""

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from scanning.news import group_of
from scanning.records import RefusedError, enter, latest_news, record, understood


# --8<-- [start:consumer]
class DepotConsumer(AsyncJsonWebsocketConsumer):
    """Everybody in a depot hears what one of them does."""

    async def connect(self):
        name = self.scope["url_route"]["kwargs"]["depot"]
        self.depot = await enter(self.scope["user"].pk, name)
        if self.depot is None:
            await self.close()  # before accept(), so the client gets a 403 and no socket
            return
        self.groups.append(group_of(self.depot))  # Channels leaves these when the socket closes
        await self.channel_layer.group_add(self.groups[0], self.channel_name)
        await self.accept()
        # A layer may lose messages, and a socket that was away got none. So what counts is in
        # the database, and is sent first. Joined before it is read: rather twice than never.
        await self.send_json({"latest": await latest_news(self.depot)})

    async def receive(self, text_data=None, **_binary):
        try:
            news = await record(self.scope["user"].pk, self.depot, *understood(text_data))
        except RefusedError as why:
            await self.send_json({"error": str(why)})
        else:
            # The transaction is committed. To the sender, this is the receipt.
            await self.channel_layer.group_send(self.groups[0], {"type": "tell", "news": news})

    async def tell(self, message):
        """Called for each message of the group with `"type": "tell"`."""
        await self.send_json({"news": message["news"]})


# --8<-- [end:consumer]
