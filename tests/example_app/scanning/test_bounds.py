"""What bounds the sockets of a user, and the threads of all."""

import asyncio
import importlib
import threading
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from scanning import bounds


def test_a_user_has_a_bounded_number_of_sockets(person, connect, is_let_in):
    user, other = person("scanner", "view_event"), person("other", "view_event")

    @async_to_sync
    async def open_all():
        async with AsyncExitStack() as opened:
            for _ in range(bounds.MOST_SOCKETS):
                await opened.enter_async_context(connect(user))
            return await is_let_in.asks(user), await is_let_in.asks(other)

    assert open_all() == (False, True)
    assert is_let_in(user)  # all were closed


@pytest.mark.parametrize("sockets", [1, 20])
def test_sync_work_is_spread_over_so_many_threads_and_no_more(sockets):
    """Each socket works twice, and stays with its thread."""
    expected = min(sockets, bounds.THREADS)
    meeting = threading.Barrier(expected, timeout=20)
    first_round = iter(range(expected))

    def work():
        if next(first_round, None) is not None:
            meeting.wait()  # passes only when so many threads are in here at once
        return threading.get_ident()

    @bounds.spread_over_threads
    async def application(_scope, _receive, _send):
        return await sync_to_async(work)(), await sync_to_async(work)()

    async def serve():
        return await asyncio.gather(*(application({}, None, None) for _ in range(sockets)))

    worked = asyncio.run(serve())

    assert all(first == second for first, second in worked)
    assert len({first for first, _ in worked}) == expected


def test_the_whole_application_refuses_strangers(addresses, is_let_in):
    """Through its own threads, where it finds no session and so asks no database."""
    assert not is_let_in(application=addresses.application)


def test_without_a_layer_the_server_does_not_start(addresses, settings):
    settings.CHANNEL_LAYERS = {}

    with pytest.raises(ImproperlyConfigured, match="REDIS_URL is not set"):
        importlib.reload(addresses)
