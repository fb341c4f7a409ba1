"""How many connections hear the news for the open streams of a process."""

import os
from pathlib import Path

import pytest
import redis

from .conftest import wait_until
from .tracked import Tracked


@pytest.mark.evidence("sse-listen")
def test_one_listener_serves_all_streams_where_each_would_hold_one(serve, tracked, news, record):
    desk = serve("uvicorn", **tracked.env, **news.env("shared"))
    page = tracked.report(desk, "Announced")
    known = len(tracked.known(desk, page))
    streams = desk.ask_at_once(20, f"{page}stream/")
    streams.wait_for_parts(20 * (1 + known))  # a head, and what is known already

    # The twin's streams subscribe one by one.
    folder = Path(__file__).parent
    twin = serve("uvicorn", app="listens_itself:application", PYTHONPATH=folder, **news.env("own"))
    twin.ask_at_once(20, "/")
    wait_until(lambda: news.subscribed("own") == 20, "20 subscriptions")
    wait_until(lambda: news.subscribed("shared") > 0, "the listener")

    tracked.report(desk, "Sorted")
    streams.wait_for_parts(20 * (2 + known))  # all of them have heard of it
    shared = news.subscribed("shared")

    assert shared == 1
    record(streams=20, shared=shared, own=news.subscribed("own"))


@pytest.fixture
def tracked(desk_url, tmp_path):
    """Return a parcel that this test alone knows."""
    return Tracked(desk_url, tmp_path)


class News:
    """Channels of the one Valkey, and how many connections listen to each."""

    def __init__(self, url, server):
        self._url = url
        self._server = server

    def env(self, name):
        """Return the settings of a server that hears this channel."""
        return {"REDIS_URL": self._url, "TRACKING_CHANNEL": self._channel(name)}

    def subscribed(self, name):
        """Return how many connections hear what is said now, of no parcel."""
        return self._server.publish(self._channel(name), "")

    def _channel(self, name):
        return f"proof {os.getpid()} {name}"


@pytest.fixture
def news(valkey):
    """Give the channels of this test."""
    with redis.Redis.from_url(valkey.url) as server:
        yield News(valkey.url, server)
