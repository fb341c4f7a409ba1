"""How often a request of Django Ninja, DRF or adrf goes into a thread and comes back."""

import ast
import asyncio
import gc
import importlib
from collections import Counter
from pathlib import Path

import pytest
import rest_framework
from asgiref.sync import AsyncToSync, SyncToAsync
from django.test import RequestFactory


@pytest.fixture
def cross(ask_in_process, monkeypatch):
    """Give a function that counts the hops of one request, without any middleware."""
    counts = Counter()
    hop, back = SyncToAsync.__call__, AsyncToSync.__call__

    async def counted_hop(self, *args, **kwargs):
        counts["hops"] += 1
        return await hop(self, *args, **kwargs)

    def counted_back(self, *args, **kwargs):
        counts["back"] += 1
        return back(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", counted_hop)
    monkeypatch.setattr(AsyncToSync, "__call__", counted_back)

    def cross(path):
        counts.clear()
        ask_in_process(path, MIDDLEWARE=[], ROOT_URLCONF=f"{__package__}.framework_urls")
        return counts.copy()

    return cross


@pytest.mark.evidence("ninja-async")
def test_an_async_operation_of_django_ninja_takes_no_hop_of_its_own(cross, record):
    hops = {
        "django": cross("/django/async/")["hops"],
        "async": cross("/ninja/async/")["hops"],
        "checked": cross("/ninja/checked/")["hops"],
        "checked-async": cross("/ninja/checked-async/")["hops"],
    }

    # The check of a token is a hop where it is a `def`, whatever the operation is.
    assert hops == {"django": 2, "async": 2, "checked": 3, "checked-async": 2}
    record(**hops)


@pytest.mark.evidence("ninja-async")
def test_a_sync_operation_takes_one_hop_with_or_without_an_async_sibling(cross, record):
    alone, beside = cross("/ninja/sync/")["hops"], cross("/ninja/mixed/")["hops"]

    assert alone == beside == cross("/django/sync/")["hops"] == 3
    record(sync=alone, mixed=beside)


@pytest.mark.evidence("adrf-hops")
def test_an_async_view_of_adrf_goes_into_the_thread_to_begin_and_to_end(cross, record):
    plain, adrf = cross("/django/async/")["hops"], cross("/adrf/async/")["hops"]
    drf = cross("/drf/sync/")["hops"]

    # `initial()` is one, the response that is rendered by Django the other.
    assert adrf == plain + 2 == 4
    assert adrf == drf
    record(plain=plain, adrf=adrf, drf=drf)


@pytest.mark.evidence("adrf-hops")
def test_an_async_permission_is_called_back_from_that_thread(cross, record):
    without, checked = cross("/adrf/async/"), cross("/adrf/checked/")

    assert [without["hops"], without["back"]] == [4, 0]
    assert [checked["hops"], checked["back"]] == [4, 1]
    record(back=checked["back"])


ASYNC = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)


@pytest.mark.evidence("drf-async")
def test_the_rest_framework_has_no_async_code_at_all(record):
    files = [*Path(rest_framework.__file__).parent.rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert len(files) > 50
    assert [node for node in nodes if isinstance(node, ASYNC)] == []
    assert not {"asyncio", "asgiref", "asgiref.sync"} & imported
    record(functions=0)


@pytest.mark.evidence("drf-async")
@pytest.mark.usefixtures("django_in_process")
def test_a_method_that_is_async_fails_in_its_apiview():
    urls = importlib.import_module(f"{__package__}.framework_urls")

    def ask():
        with pytest.raises(AssertionError, match="received a `<class 'coroutine'>`"):
            asyncio.run(urls.AsyncOnDRF.as_view()(RequestFactory().get("/")))
        gc.collect()

    # Nobody awaits the coroutine, so Python warns of it when it is thrown away.
    with pytest.warns(RuntimeWarning, match="AsyncOnDRF.get' was never awaited"):
        ask()
