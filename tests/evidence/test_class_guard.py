"""Where a login is asked for in a class-based view whose handlers are async."""

import asyncio
import importlib

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.test import override_settings
from django.urls import path

from .conftest import DEADLINE_S


async def ask():
    """Return the status that somebody gets who is not logged in."""
    headers = [(b"host", b"127.0.0.1")]
    asked = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    server = ApplicationCommunicator(ASGIHandler(), asked)
    await server.send_input({"type": "http.request"})
    start = await server.receive_output(DEADLINE_S)
    await server.wait(DEADLINE_S)
    return start["status"]


@pytest.mark.evidence("class-guard")
@pytest.mark.usefixtures("django_in_process")
def test_a_guard_around_dispatch_fails_and_around_handler_or_view_it_does_not(caplog, record):
    classes = importlib.import_module("async_views.classes")
    views = {
        "dispatch": classes.Guarded.as_view(),
        "mixin": classes.GuardedByMixin.as_view(),
        "handler": classes.Quote.as_view(),
        "view": classes.guarded,
    }

    statuses = {}
    for name, view in views.items():
        with override_settings(ROOT_URLCONF=(path("", view),), LOGIN_URL="/login/"):
            statuses[name] = asyncio.run(ask())

    assert statuses == {"dispatch": 500, "mixin": 500, "handler": 302, "view": 302}
    assert caplog.text.count("object can't be awaited") >= 2
    record(**statuses)
