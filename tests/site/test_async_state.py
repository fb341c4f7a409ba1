"""The tables of what is async, as they are for the Django that is installed.

When one of these fails after an upgrade, Django has changed: read docs/state/index.md again, and
then write the new state down here.
"""

import ast
from importlib.metadata import version
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from crossroads.site.async_state import (
    FEATURES,
    TABLES,
    WITHOUT,
    Underneath,
    Wrapping,
    async_code,
    decorators,
    functions,
    middleware,
    state_html,
    underneath,
)

HOP, OTHERS, LOOP = Underneath
CHANGED = f"Django {version('django')} is not what docs/state/index.md describes"

# Part: functions that call sync_to_async, that await others, that run on the loop.
STATE = {
    "QuerySet": (18, 1, 0),
    "Prefetching": (1, 0, 0),
    "Model": (3, 0, 0),
    "Related managers": (7, 0, 0),
    "Shortcuts": (0, 2, 0),
    "Paginator": (1, 13, 1),
    "Cache": (14, 2, 0),
    "Sessions, every engine": (6, 18, 0),
    "Sessions in the database": (1, 6, 0),
    "Sessions in the cache": (0, 6, 1),
    "Sessions in both": (0, 6, 0),
    "Sessions in files": (0, 0, 6),
    "Sessions in cookies": (0, 0, 7),
    "Login and logout": (1, 5, 0),
    "Users and permissions": (0, 8, 0),
    "Auth backends of your own": (4, 2, 0),
    "The auth backend for models": (0, 6, 0),
    "Password check": (1, 0, 0),
    "Signals": (2, 0, 0),
    "Tasks": (1, 3, 0),
    "Task backends": (2, 0, 0),
}


def test_each_part_of_django_is_as_async_as_the_page_says() -> None:
    found = {
        feature.name: tuple([*functions(feature).values()].count(kind) for kind in Underneath)
        for feature in FEATURES
    }

    assert found == STATE, CHANGED


@pytest.mark.parametrize("part", WITHOUT)
def test_what_the_page_calls_sync_has_no_async_function(part: str) -> None:
    files, count = async_code(WITHOUT[part])

    assert files > 0
    assert count == 0, CHANGED


def test_the_middleware_of_a_new_project_takes_thirteen_hops() -> None:
    startproject = [one for one in middleware() if one.is_of_startproject]

    assert len(startproject) == 7, CHANGED
    assert sum(len(one.methods) for one in startproject) == 13, CHANGED


def test_only_one_middleware_has_async_code_and_its_child() -> None:
    own = {one.name.rsplit(".", 1)[-1] for one in middleware() if one.has_own_path}

    assert own == {"RemoteUserMiddleware", "PersistentRemoteUserMiddleware"}, CHANGED


def test_no_decorator_makes_an_async_view_sync() -> None:
    found = decorators()

    assert len(found) == 31, CHANGED
    assert Wrapping.SYNC not in found.values()
    of_middleware = {
        name.rsplit(".", 1)[-1] for name, how in found.items() if how is Wrapping.MIDDLEWARE
    }
    assert of_middleware == {
        "cache_page",
        "conditional_page",
        "csrf_protect",
        "ensure_csrf_cookie",
        "gzip_page",
        "requires_csrf_token",
    }, CHANGED


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("return await sync_to_async(self.get)()", HOP),
        ("return await self.other()", OTHERS),
        ("return [one async for one in self.all()]", OTHERS),
        ("async for one in self.all(): pass", OTHERS),
        ("return self.load()", LOOP),
        ("return [one for one in self.all()]", LOOP),
    ],
)
def test_a_function_is_told_by_what_it_awaits(code: str, expected: Underneath) -> None:
    [function] = ast.parse(f"async def f(self):\n    {code}").body
    assert isinstance(function, ast.AsyncFunctionDef)

    assert underneath(function) is expected


def test_every_since_is_a_release_with_notes() -> None:
    assert {feature.since for feature in FEATURES} <= {
        "4.0",
        "4.1",
        "4.2",
        "5.0",
        "5.1",
        "5.2",
        "6.0",
    }


@pytest.mark.parametrize("name", TABLES)
def test_a_table_names_the_version_that_was_read(name: str) -> None:
    html = state_html(Path(), name)

    page = BeautifulSoup(html, "html.parser")
    assert f"Django {version('django')}" in page.text
    heads = len(page.select("thead th"))
    assert {len(row.select("th, td")) for row in page.select("tbody tr")} == {heads}


def test_the_table_of_functions_links_each_to_its_release() -> None:
    page = BeautifulSoup(state_html(Path(), "methods"), "html.parser")

    links = [str(link["href"]) for link in page.select("td a")]

    assert len(links) == len(FEATURES)
    assert all(
        link.startswith("https://docs.djangoproject.com/en/stable/releases/") for link in links
    )
