"""What ATOMIC_REQUESTS makes of an async view."""

import asyncio
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connections
from django.test import AsyncClient, override_settings
from django.urls import path

SNIPPET = Path(__file__).parents[2] / "snippets" / "traps" / "atomic_requests.py"


@pytest.fixture
def views(desk_in_process, monkeypatch):  # noqa: ARG001 - it sets up
    """Return the views of the snippet, for a project with ATOMIC_REQUESTS."""
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)  # noqa: FBT003
    return SimpleNamespace(**runpy.run_path(str(SNIPPET)))


@pytest.mark.evidence("async-atomic-requests")
@pytest.mark.runs("traps/atomic_requests.py")
def test_each_request_to_an_async_view_raises(views):
    asked = AsyncClient().get("/")

    with (
        override_settings(ALLOWED_HOSTS=["testserver"], ROOT_URLCONF=(path("", views.first),)),
        pytest.raises(RuntimeError, match=r"You cannot use ATOMIC_REQUESTS with async views\."),
    ):
        asyncio.run(asked)


@pytest.mark.evidence("async-atomic-requests")
def test_a_view_that_is_taken_out_is_answered(views, ask_in_process):
    ask_in_process("/", ROOT_URLCONF=(path("", views.first_non_atomic),))
