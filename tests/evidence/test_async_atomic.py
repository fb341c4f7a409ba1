"""What is left of two writes that belong together when the second one fails."""

import asyncio
import importlib
import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.test import override_settings
from django.urls import path

from .conftest import DEADLINE_S, ROOT, wait_until

PICKED_UP = "SELECT count(*) FROM parcels_parcel WHERE number = ? AND status = 'picked up'"
REFUSE = """CREATE TRIGGER refuse BEFORE INSERT ON parcels_event
BEGIN SELECT RAISE(ABORT, 'refused by this test'); END"""
ANNOUNCE = "UPDATE parcels_parcel SET status = 'announced'"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
STATUS = "SELECT status FROM parcels_parcel WHERE number = %s"
EVENTS = """SELECT count(*) FROM parcels_event JOIN parcels_parcel p ON p.id = parcel_id
WHERE p.number = %s"""


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


@pytest.mark.evidence("async-atomic")
def test_a_client_that_leaves_takes_nothing_back_of_what_the_function_writes(
    serve, database, record
):
    folders = f"{Path(__file__).parent}:{ROOT / 'snippets'}"
    application = {"app": "gathered_branches:application", "PYTHONPATH": folders}
    server = serve("uvicorn", DATABASE_URL=database.url, **application)
    number, name = "DX00000007", urlsplit(database.url).path[1:]

    with (
        psycopg.connect(database.url, autocommit=True) as desk,
        psycopg.connect(database.url) as row,
    ):

        def one(query, value):
            return desk.execute(query, [value]).fetchone()[0]

        desk.execute("UPDATE parcels_parcel SET status = 'announced' WHERE number = %s", [number])
        events = one(EVENTS, number)
        row.execute("SELECT 1 FROM parcels_parcel WHERE number = %s FOR UPDATE", [number])
        client = server.ask(f"/pick-up/{number}/")
        wait_until(lambda: one(WAITING, name) == 1, "the view's transaction")
        client.leave()
        assert server.ask("/health/").statuses() == {200: 1}  # by now it knows who has left
        assert one(STATUS, number) == "announced"
        row.rollback()

        wait_until(lambda: one(STATUS, number) == "picked up", "what the function writes")
        assert one(EVENTS, number) == events + 1
        desk.execute("DELETE FROM parcels_event WHERE id = (SELECT max(id) FROM parcels_event)")
    record(kept=2)
