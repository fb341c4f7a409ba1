"""How many hops the queries of a page are."""

import importlib
import shutil
from collections import Counter
from urllib.parse import urlsplit

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.core.cache import cache
from django.db import connections
from django.http import HttpResponse
from django.urls import path

BARE = 2
"""Hops of an async view without middleware that does nothing: see asgi-hops."""


@pytest.fixture
def hops_of(desk_url, django_in_process, ask_in_process, monkeypatch, tmp_path):  # noqa: ARG001
    """Give a function that returns the hops of one request that are the view's own."""
    own = shutil.copy(urlsplit(desk_url).path, tmp_path)
    monkeypatch.setitem(connections.settings["default"], "NAME", own)
    counts, hop = Counter(), SyncToAsync.__call__

    async def counted(self, *args, **kwargs):
        counts["hops"] += 1
        return await hop(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)

    def hops_of(view):
        counts.clear()
        ask_in_process("/", ROOT_URLCONF=(path("", view),), MIDDLEWARE=[], CARRIER_LATENCY_MS=0)
        return counts["hops"] - BARE

    return hops_of


@pytest.mark.evidence("hop-each")
def test_each_a_method_is_a_hop_and_a_function_with_all_of_them_is_one(hops_of, record):
    page = importlib.import_module("async_views.page")

    awaited, one = hops_of(page.overview_awaited), hops_of(page.overview)

    assert (awaited, one) == (4, 1)
    record(awaited=awaited, one=one)


@pytest.mark.evidence("hop-each")
def test_the_caches_a_methods_are_hops_as_well(hops_of, record):
    async def found(_request):
        await cache.aget("hops")
        return HttpResponse()

    async def missed(_request):
        await cache.aget_or_set("hops", 1)
        return HttpResponse()

    async def missed_in_one(_request):
        await sync_to_async(cache.get_or_set)("hops", 1)
        return HttpResponse()

    cache.delete("hops")
    hops = {"cache": hops_of(found), "cache_miss": hops_of(missed)}
    cache.delete("hops")

    assert hops == {"cache": 1, "cache_miss": 3}
    assert hops_of(missed_in_one) == 1
    cache.delete("hops")
    record(**hops)
