"""How often a request under ASGI goes into a thread and comes back, and who sends it."""

import importlib.util
import threading
from collections import Counter

import pytest
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.utils.decorators import sync_only_middleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.module_loading import import_string

from .conftest import ROOT


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


BARE = 2
"""Hops of an async view without middleware."""


def own(name):
    """Return a middleware of snippets/asgi/no_hop.py; it is not on the path."""
    path = ROOT / "snippets" / "asgi" / "no_hop.py"
    spec = importlib.util.spec_from_file_location("no_hop", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


class WithMixin(MiddlewareMixin):
    """The same as `server_timing`, as middleware was written before there was async."""

    def process_request(self, request):
        request.began = 0

    def process_response(self, _request, response):
        response["Server-Timing"] = "app;dur=0"
        return response


server_timing = own("server_timing")
HERE = __name__
FURTHER = (
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
)
NEEDED = {
    "AuthenticationMiddleware": "django.contrib.sessions.middleware.SessionMiddleware",
    "MessageMiddleware": "django.contrib.sessions.middleware.SessionMiddleware",
}


def name_of(path):
    """Return `csrf-view` for `django.middleware.csrf.CsrfViewMiddleware`."""
    name = path.rpartition(".")[2].removesuffix("Middleware")
    name = name.replace("GZip", "Gzip").replace("XFrame", "Xframe")
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


def above(path):
    """Return what must stand above a middleware, so that it works at all."""
    needed = NEEDED.get(path.rpartition(".")[2])
    return [needed] if needed else []


def hops_of(cross, path):
    """Return the hops that one middleware adds."""
    without = cross("/health/async/", MIDDLEWARE=above(path))["hops"]
    return cross("/health/async/", MIDDLEWARE=[*above(path), path])["hops"] - without


@pytest.mark.evidence("middleware-hops")
def test_each_method_of_a_bundled_middleware_is_a_hop(cross, record):
    hops = {}
    for path in (*settings.MIDDLEWARE, *FURTHER):
        hops[path] = hops_of(cross, path)
        methods = ("process_request", "process_view", "process_response")
        assert hops[path] == sum(hasattr(import_string(path), name) for name in methods)

    startprojects = sum(hops[path] for path in settings.MIDDLEWARE)
    assert startprojects == 13
    assert cross("/health/async/")["hops"] == BARE + startprojects
    record(**{name_of(path): count for path, count in hops.items()}, startproject=startprojects)


@pytest.mark.evidence("middleware-hops")
@pytest.mark.runs("asgi/no_hop.py")
def test_a_middleware_in_both_forms_adds_none(cross, record):
    added = {
        "both-forms": f"{HERE}.server_timing",
        "mixin": f"{HERE}.WithMixin",
    }
    hops = {name: hops_of(cross, path) for name, path in added.items()}
    amid = [*settings.MIDDLEWARE[:3], f"{HERE}.server_timing", *settings.MIDDLEWARE[3:]]

    assert hops == {"both-forms": 0, "mixin": 2}
    assert cross("/health/async/", MIDDLEWARE=amid)["hops"] == BARE + 13
    record(**hops)


@pytest.mark.evidence("middleware-hops")
def test_marked_as_sync_only_the_bundled_middleware_crosses_together(cross, monkeypatch, record):
    for path in settings.MIDDLEWARE:
        monkeypatch.setattr(import_string(path), "async_capable", False, raising=False)

    together = {
        "together-sync": cross("/health/")["hops"],
        "together-async": cross("/health/async/")["hops"],
    }

    assert together == {"together-sync": 5, "together-async": 4}
    record(**together)
