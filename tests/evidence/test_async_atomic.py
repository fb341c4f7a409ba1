"""What is left of two writes that belong together when the second one fails."""

import asyncio
import importlib
import logging
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.test import override_settings
from django.urls import path

from .conftest import DEADLINE_S

PICKED_UP = "SELECT count(*) FROM parcels_parcel WHERE number = ? AND status = 'picked up'"
REFUSE = """CREATE TRIGGER refuse BEFORE INSERT ON parcels_event
BEGIN SELECT RAISE(ABORT, 'refused by this test'); END"""
ANNOUNCE = "UPDATE parcels_parcel SET status = 'announced'"


@pytest.fixture
def own_desk(desk_url, django_in_process, monkeypatch, tmp_path):  # noqa: ARG001 - it sets up
    """Give a connection to a desk of this test's own, which the views ask as well."""
    own = shutil.copy(urlsplit(desk_url).path, tmp_path)
    monkeypatch.setitem(connections.settings["default"], "NAME", own)
    with closing(sqlite3.connect(own, autocommit=True)) as database:
        database.execute(ANNOUNCE)
        yield database


@pytest.fixture
def pick_up(own_desk):  # noqa: ARG001 - the views ask it
    """Give a function that has a view pick a parcel up under ASGI, and returns the status."""
    write = importlib.import_module("async_views.write")

    async def ask(number):
        headers = [(b"host", b"127.0.0.1")]
        asked = {"type": "http", "method": "GET", "path": f"/{number}/", "headers": headers}
        server = ApplicationCommunicator(ASGIHandler(), asked)
        await server.send_input({"type": "http.request"})
        start = await server.receive_output(DEADLINE_S)
        await server.wait(DEADLINE_S)
        return start["status"]

    def pick_up(name, number):
        with override_settings(ROOT_URLCONF=(path("<str:number>/", getattr(write, name)),)):
            return asyncio.run(ask(number))

    return pick_up


@pytest.mark.evidence("async-atomic")
@pytest.mark.parametrize(("view", "left"), [("pick_up_awaited", 1), ("pick_up", 0)])
def test_a_write_stays_without_its_second_half_unless_one_function_holds_both(
    own_desk, pick_up, record, view, left
):
    number = "DX00000005"
    assert pick_up(view, number) == 204
    assert own_desk.execute(PICKED_UP, [number]).fetchone() == (1,)

    own_desk.execute(REFUSE)
    own_desk.execute(ANNOUNCE)
    assert pick_up(view, number) == 500

    assert own_desk.execute(PICKED_UP, [number]).fetchone() == (left,)
    record(**{"awaited" if left else "atomic": left})


@pytest.mark.evidence("async-atomic")
@pytest.mark.usefixtures("own_desk")
def test_atomic_requests_refuses_every_async_view(pick_up, monkeypatch, caplog):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", value=True)
    caplog.set_level(logging.ERROR)

    assert pick_up("pick_up", "DX00000005") == 500
    assert "You cannot use ATOMIC_REQUESTS with async views." in caplog.text
