"""How many requests make a value that all of them want and the cache no longer has."""

import gc
import runpy
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import override_settings

from crossroads.services.valkey import Valkey

RENEW = Path(__file__).parents[2] / "snippets" / "cache" / "renew.py"
AT_ONCE = 8
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
DEADLINE_S = 30


@pytest.fixture
def key(valkey: Valkey, django_in_process, request):  # noqa: ARG001 - it sets up
    """Give a key of a test's own in a cache that all threads share."""
    backend = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": valkey.url}
    with override_settings(CACHES={"default": backend}):
        key = request.node.name
        cache.delete_many([key, f"{key}:lock"])
        yield key
        cache.delete_many([key, f"{key}:lock"])
    # Each thread had a cache of its own, whose connection only Python's collector closes: here,
    # and not in some other test.
    gc.collect()


def wait_until(is_so, awaited):
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {awaited}"
        time.sleep(0.01)


class Making:
    """What a request makes when nothing is kept: slow, and counted."""

    def __init__(self):
        self._changed = threading.Condition()
        self.begun = 0
        self._may_end = False

    def __call__(self):
        with self._changed:
            self.begun += 1
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._may_end, DEADLINE_S)
        return "made"

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: self.begun >= count, DEADLINE_S), self.begun

    def may_end(self):
        with self._changed:
            self._may_end = True
            self._changed.notify_all()


@pytest.mark.evidence("cache-stampede")
@pytest.mark.runs("cache/renew.py")
def test_all_who_miss_make_it_unless_one_is_chosen(key, monkeypatch, record):
    plain, chosen = Making(), Making()
    get_or_renew = runpy.run_path(str(RENEW))["get_or_renew"]
    waiting = set()

    class Watch:
        """The module `time` of the recipe, which tells who waits."""

        time = staticmethod(time.time)

        @staticmethod
        def sleep(seconds):
            waiting.add(threading.get_ident())
            time.sleep(seconds)

    monkeypatch.setitem(get_or_renew.__globals__, "time", Watch)

    with ThreadPoolExecutor(AT_ONCE) as requests:
        asked = [requests.submit(cache.get_or_set, key, plain, 60) for _ in range(AT_ONCE)]
        plain.wait_for(AT_ONCE)  # all of them are at it, at the same time
        plain.may_end()
        assert {one.result() for one in asked} == {"made"}

        cache.delete(key)
        asked = [requests.submit(get_or_renew, key, chosen, 60, 60) for _ in range(AT_ONCE)]
        chosen.wait_for(1)
        wait_until(lambda: len(waiting) == AT_ONCE - 1, "all others to wait for the one")
        chosen.may_end()
        assert {one.result() for one in asked} == {"made"}

    assert chosen.begun == 1
    record(requests=AT_ONCE, plain=plain.begun, chosen=chosen.begun)


@pytest.mark.evidence("cache-stampede")
@pytest.mark.runs("cache/renew.py")
def test_while_one_renews_it_the_others_take_the_old_one(key):
    get_or_renew = runpy.run_path(str(RENEW))["get_or_renew"]
    assert get_or_renew(key, lambda: "old", fresh_s=0, stale_s=60) == "old"
    renewing = Making()

    with ThreadPoolExecutor(AT_ONCE) as requests:
        first = requests.submit(get_or_renew, key, renewing, 60, 60)
        renewing.wait_for(1)
        others = [requests.submit(get_or_renew, key, renewing, 60, 60) for _ in range(AT_ONCE - 1)]
        # Answered while the first is still at it.
        assert {one.result(DEADLINE_S) for one in others} == {"old"}
        assert not first.done()
        renewing.may_end()

    assert first.result() == "made"
    assert get_or_renew(key, renewing, 60, 60) == "made"
    assert renewing.begun == 1


@pytest.mark.evidence("cache-stampede")
@pytest.mark.runs("cache/renew.py")
def test_who_fails_leaves_it_to_the_next(key):
    get_or_renew = runpy.run_path(str(RENEW))["get_or_renew"]

    with pytest.raises(ZeroDivisionError):
        get_or_renew(key, lambda: 1 // 0, 60, 60)

    assert get_or_renew(key, lambda: "made", 60, 60) == "made"
