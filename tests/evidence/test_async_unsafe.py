"""Sync work with the database raises in async code, in each shape in which it hides there."""

import runpy
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import SynchronousOnlyOperation
from django.urls import path

SNIPPET = Path(__file__).parents[2] / "snippets" / "traps" / "async_unsafe.py"
SHAPES = {
    "query": "query_awaited",
    "related": "related_loaded",
    "deferred": "deferred_loaded",
    "template": "template_loaded",
    "user": "user_awaited",
    "atomic": "in_the_thread",
    "on_commit": "in_the_thread",
}
SESSIONS = "CREATE TABLE django_session (session_key, session_data, expire_date)"


@pytest.fixture
def outcome(desk_in_process, ask_in_process):
    """Give a function that says what a view of the snippet raises under ASGI, or None."""
    with closing(sqlite3.connect(desk_in_process)) as database:
        database.execute(SESSIONS)
    views = SimpleNamespace(**runpy.run_path(str(SNIPPET)))

    def outcome(name):
        raised = []

        async def view(request):
            request.session = SessionStore("as-if-a-cookie-had-named-it")
            try:
                return await getattr(views, name)(request)
            except SynchronousOnlyOperation as error:
                raised.append(str(error))
                return views.HttpResponse()

        ask_in_process("/", ROOT_URLCONF=(path("", view),))
        return raised[0] if raised else None

    return outcome


@pytest.mark.evidence("async-unsafe")
@pytest.mark.runs("traps/async_unsafe.py")
def test_sync_work_with_the_database_raises_in_async_code(outcome, record):
    raised = {name: outcome(name) for name in SHAPES}

    message = "You cannot call this from an async context - use a thread or sync_to_async."
    assert raised == dict.fromkeys(SHAPES, message)
    record(shapes=len(SHAPES))


@pytest.mark.evidence("async-unsafe")
@pytest.mark.runs("traps/async_unsafe.py")
@pytest.mark.parametrize("name", sorted(set(SHAPES.values())))
def test_its_async_twin_is_answered(outcome, name):
    assert outcome(name) is None
