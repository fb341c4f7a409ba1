"""People of a depot, and their sockets to the example app in this process."""

import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import Permission, User
from django.test import Client, override_settings
from django.utils import timezone
from parcels.models import Depot, Parcel

IN_MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
ELBE = "/sockets/depots/Elbe/"
PATIENCE_S = 20


class Socket(WebsocketCommunicator):
    async def say(self, **message):
        await self.send_to(text_data=json.dumps(message))

    async def hear(self):
        return json.loads(await self.receive_from(PATIENCE_S))

    async def ask(self, text=None, **message):
        """Say something, as text or as JSON, and return what comes next."""
        await self.send_to(text_data=text or json.dumps(message))
        return await self.hear()


@pytest.fixture
def addresses(monkeypatch):
    """Give what `config.asgi_sockets` serves; it needs a layer to be loaded."""
    # Channels closes what is old before each message: here, the connection of the test.
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
    with override_settings(CHANNEL_LAYERS=IN_MEMORY):
        from config import asgi_sockets  # noqa: PLC0415

        yield asgi_sockets


@pytest.fixture
def person(desk):  # noqa: ARG001 - people are kept in it
    """Give a function that makes a user with rights, who is logged in."""

    def make(name, *rights):
        user = User.objects.create(username=name)
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        user.browser = Client()
        user.browser.force_login(user)
        return user

    return make


@pytest.fixture
def connect(addresses):
    """Give an async context manager: a user's open socket, whose first message was read."""

    @asynccontextmanager
    async def connected(user=None, path=ELBE):
        socket = dial(addresses.sockets, user, path)
        assert await socket.connect(PATIENCE_S) == (True, None)
        socket.latest = (await socket.hear())["latest"]
        yield socket
        await socket.disconnect(timeout=PATIENCE_S)

    return connected


@pytest.fixture
def is_let_in(addresses):
    """Give a function that tells whether a socket is accepted; `.asks` is the same, async."""

    async def is_accepted(user=None, path=ELBE, origin="http://localhost", application=None):
        socket = dial(application or addresses.sockets, user, path, origin)
        accepted, _ = await socket.connect(PATIENCE_S)
        await socket.disconnect(timeout=PATIENCE_S)
        return accepted

    is_let_in = async_to_sync(is_accepted)
    is_let_in.asks = is_accepted
    return is_let_in


@pytest.fixture
def parcel(desk):  # noqa: ARG001 - it is one of the desk's
    return Parcel.objects.filter(depot=Depot.objects.get(name="Elbe")).first()


@pytest.fixture
def scan(parcel):
    return {"deed": "scan", "number": parcel.number, "at": now()}


def now(**ago):
    return (timezone.now() - timedelta(**ago)).isoformat()


def dial(application, user, path, origin="http://localhost"):
    headers = [(b"origin", origin.encode())]
    if user is not None:
        session = user.browser.cookies["sessionid"].value
        headers.append((b"cookie", f"sessionid={session}".encode()))
    return Socket(application, path, headers)
