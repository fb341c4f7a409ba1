"""What the site reads from Django's source is what Django does when it runs."""

import asyncio
import importlib
import inspect
import re

import pytest
from asgiref.sync import SyncToAsync
from django.core.exceptions import SynchronousOnlyOperation
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from crossroads.site.async_state import (
    FEATURES,
    WITHOUT,
    Wrapping,
    async_code,
    decorators,
    functions,
    middleware,
)

pytestmark = pytest.mark.usefixtures("django_in_process")

ARGUMENTS = {
    "cache_control": {"max_age": 1},
    "cache_page": {"timeout": 60},
    "condition": {},
    "csp_override": {"config": {}},
    "csp_report_only_override": {"config": {}},
    "etag": {"etag_func": lambda _request: None},
    "last_modified": {"last_modified_func": lambda _request: None},
    "permission_required": {"perm": "parcels.view_parcel"},
    "require_http_methods": {"request_method_list": ["GET"]},
    "sensitive_post_parameters": {},
    "sensitive_variables": {},
    "user_passes_test": {"test_func": lambda _user: True},
    "vary_on_headers": {},
}
"""Of the decorators that are called before they decorate."""


async def view(_request):
    return HttpResponse()


def imported(feature):
    """Return the module or the classes of a feature, where they can be had by name."""
    parts = feature.file.removesuffix(".py").removesuffix("/__init__").split("/")
    module = importlib.import_module(".".join(("django", *parts)))
    if not feature.classes:
        return [module]
    return [getattr(module, name) for name in feature.classes if hasattr(module, name)]


@pytest.mark.evidence("async-state")
def test_every_function_in_the_table_is_async_in_the_running_django(record):
    checked = 0
    for feature in FEATURES:
        for owner in imported(feature):
            for name in functions(feature).keys() & vars(owner).keys():
                found = inspect.unwrap(getattr(owner, name))
                assert inspect.iscoroutinefunction(found) or inspect.isasyncgenfunction(found)
                checked += 1

    assert checked > 100
    by_name = {feature.name: len(functions(feature)) for feature in FEATURES}
    record(queryset=by_name["QuerySet"], model=by_name["Model"], cache=by_name["Cache"])


@pytest.mark.evidence("async-state")
def test_what_has_no_async_code_is_as_large_as_it_looks(record):
    counted = [async_code(patterns) for patterns in WITHOUT.values()]

    assert {count for _, count in counted} == {0}
    record(parts=len(counted), files=sum(files for files, _ in counted))


@pytest.mark.evidence("async-state")
def test_each_middleware_has_the_methods_and_the_way_that_the_table_says(record):
    # The others' apps are not installed here, and their models cannot be imported.
    known = [one for one in middleware() if not re.search("flatpages|redirects|sites", one.name)]
    for one in known:
        module, _, name = one.name.rpartition(".")
        found = getattr(importlib.import_module(module), name)
        assert [hasattr(found, method) for method in one.methods] == [True] * len(one.methods)
        own = next(base for base in found.__mro__ if "__acall__" in vars(base))
        assert own.__module__.startswith("django.utils.deprecation") is not one.has_own_path

    startproject = [one for one in middleware() if one.is_of_startproject]
    record(middleware=len(startproject), hops=sum(len(one.methods) for one in startproject))


@pytest.mark.evidence("decorator-loop")
def test_every_decorator_gives_an_async_view_back(record):
    kinds = []
    for dotted, kind in decorators().items():
        module, _, name = dotted.rpartition(".")
        decorator = getattr(importlib.import_module(module), name)
        decorate = decorator(**ARGUMENTS[name]) if name in ARGUMENTS else decorator
        assert inspect.iscoroutinefunction(decorate(view)), name
        assert (decorate(view) is view) is (kind is Wrapping.MARK), name
        kinds.append(kind)

    record(decorators=len(kinds), middleware=kinds.count(Wrapping.MIDDLEWARE))


@pytest.mark.evidence("decorator-loop")
def test_a_decorator_made_of_middleware_calls_it_on_the_event_loop(monkeypatch, record):
    hops, hop = [], SyncToAsync.__call__

    async def counted(self, *args, **kwargs):
        hops.append(self)
        return await hop(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)
    cache_page = importlib.import_module("django.views.decorators.cache").cache_page
    backend = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kept"}

    # A cache that may not be asked there says so. Any other is asked, and everybody waits.
    with (
        override_settings(CACHES={"default": backend}),
        pytest.raises(SynchronousOnlyOperation),
    ):
        asyncio.run(cache_page(60)(view)(RequestFactory(headers={"host": "127.0.0.1"}).get("/")))

    assert hops == []
    record(hops=len(hops))
