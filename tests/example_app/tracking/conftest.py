"""The desk with nobody's transaction round it, for what other threads must see."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from parcels.models import Event, Parcel
from tracking import reports

NOWHERE = connections.settings["default"]
LATER = (datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=n) for n in itertools.count())


def use(database):
    """Make this the database of this thread, of threads to come, and of the shared one."""

    def forget():
        connections["default"].close()
        del connections["default"]

    forget()
    asyncio.run(sync_to_async(forget)())
    connections.settings["default"] = database


@pytest.fixture(params=["sqlite", "postgresql"])
def open_desk(request):
    """Give the desk as servers see it; events that a test adds are removed."""
    use(request.getfixturevalue(f"{request.param}_desk"))
    newest = Event.objects.latest("pk").pk
    yield
    Event.objects.filter(pk__gt=newest).delete()
    use(NOWHERE)


@pytest.fixture(params=["valkey", "database"])
def told_by(request, settings, open_desk):  # noqa: ARG001 - after it
    """Have streams told of news in either way."""
    settings.TRACKING_LOOK_S = 0.02
    settings.REDIS_URL = ""
    if request.param == "valkey":
        settings.REDIS_URL = request.getfixturevalue("valkey").url
    reports.client.cache_clear()
    yield request.param
    if settings.REDIS_URL:
        reports.client().close()
        reports.client.cache_clear()


@pytest.fixture
def number(request):
    """Return a parcel's number that tests of other names do not have."""
    return f"DX{crc32(request.node.nodeid.encode()) % 500:08}"


@pytest.fixture
def report():
    """Give a function that reports a new event as another thread would, and returns its id."""

    def reported(number, note="Sorted"):
        try:
            reports.report(number, at=next(LATER), place="Hamburg", note=note)
            return Parcel.objects.get(number=number).events.latest("pk").pk
        finally:
            connection.close()

    return lambda *said: asyncio.to_thread(reported, *said)
