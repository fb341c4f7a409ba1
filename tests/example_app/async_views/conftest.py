"""The snippets of async views, asked as a server of either kind would."""

import runpy
from pathlib import Path

import pytest
from django.urls import path

SNIPPETS = Path(__file__).parents[3] / "snippets" / "async_views"


@pytest.fixture
def load():
    """Return a function that runs a snippet and returns what it defines."""
    return lambda name: runpy.run_path(str(SNIPPETS / name))


@pytest.fixture
def ask(get, settings):
    """Return a function that asks a view of a snippet, with parts of its path as arguments."""

    def ask(view, *arguments):
        route = "".join(f"<str:{name}>/" for name in arguments and ["number"])
        settings.ROOT_URLCONF = (path(route, view),)
        return get("".join(f"/{argument}/" for argument in arguments) or "/")

    return ask
