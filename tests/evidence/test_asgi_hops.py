"""How often a request under ASGI goes into a thread and comes back."""

import threading
from collections import Counter

import pytest
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.utils.decorators import sync_only_middleware


@sync_only_middleware
def sync_only(get_response):
    return get_response


SYNC_ONLY = f"{__name__}.sync_only"


@pytest.fixture
def cross(ask_in_process, monkeypatch):
    """Give a function that counts the hops and the started threads of one request."""
    counts = Counter()
    hop, start = SyncToAsync.__call__, threading.Thread.start

    async def counted_hop(self, *args, **kwargs):
        counts["hops"] += 1
        return await hop(self, *args, **kwargs)

    def counted_start(self):
        counts["threads"] += 1
        start(self)

    monkeypatch.setattr(SyncToAsync, "__call__", counted_hop)
    monkeypatch.setattr(threading.Thread, "start", counted_start)

    def cross(path, **settings):
        counts.clear()
        ask_in_process(path, **settings)
        return counts.copy()

    return cross


@pytest.mark.evidence("asgi-hops")
def test_startprojects_middleware_sends_a_request_into_a_thread_many_times(cross, record):
    crossed = {
        "sync": cross("/health/"),
        "async": cross("/health/async/"),
        "bare-sync": cross("/health/", MIDDLEWARE=[]),
        "bare-async": cross("/health/async/", MIDDLEWARE=[]),
    }
    hops = {name: counts["hops"] for name, counts in crossed.items()}

    assert hops == {"sync": 16, "async": 15, "bare-sync": 3, "bare-async": 2}
    # However many hops there are: one thread for them, and one that waits for its end.
    assert {counts["threads"] for counts in crossed.values()} == {2}
    record(**hops, threads=2)


@pytest.mark.evidence("asgi-hops")
def test_middleware_that_is_only_sync_saves_hops_when_it_is_the_innermost(cross, record):
    startprojects = settings.MIDDLEWARE
    innermost = cross("/health/async/", MIDDLEWARE=[*startprojects, SYNC_ONLY])["hops"]
    outermost = cross("/health/async/", MIDDLEWARE=[SYNC_ONLY, *startprojects])["hops"]

    # What is around sync middleware turns sync with it, and all of that shares one hop.
    assert innermost == 4
    assert outermost == 16
    record(innermost=innermost, outermost=outermost)
