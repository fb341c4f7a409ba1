import asyncio
import json
import shutil
from contextlib import asynccontextmanager

import pytest
import redis
from asgiref.testing import ApplicationCommunicator
from django import test
from django.core.handlers.asgi import ASGIHandler
from django.db import connection
from django.urls import reverse
from parcels.models import Event, Parcel
from tracking import streams

from .conftest import LATER, NOWHERE, use

DEADLINE_S = 30.0


class Client:
    """One open stream, as an ASGI server and a browser would hold it."""

    def __init__(self, number, after=None, **headers):
        asked = {
            "type": "http",
            "method": "GET",
            "path": reverse("track-stream", args=[number]),
            "query_string": b"" if after is None else b"after=%d" % after,
            "headers": [(b"host", b"testserver")]
            + [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self._server = ApplicationCommunicator(ASGIHandler(), asked)

    async def start(self):
        await self._server.send_input({"type": "http.request"})
        start = await self._server.receive_output(DEADLINE_S)
        return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}

    async def part(self):
        message = await self._server.receive_output(DEADLINE_S)
        return message.get("body", b"").decode()

    async def event(self):
        """Return the next event, whatever comes before it."""
        while not (part := await self.part()).startswith("id: "):
            pass
        first, second = part.rstrip("\n").split("\n")
        return int(first.removeprefix("id: ")), json.loads(second.removeprefix("data: "))

    async def leave(self):
        await self._server.send_input({"type": "http.disconnect"})
        await self._server.wait(DEADLINE_S)


@asynccontextmanager
async def stream(number, **asked):
    client = Client(number, **asked)
    assert (await client.start())[0] == 200
    yield client
    await client.leave()


async def until(is_so):
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


def ids(number):
    return [
        *Event.objects.filter(parcel__number=number).order_by("pk").values_list("pk", flat=True)
    ]


@pytest.mark.usefixtures("told_by")
def test_an_event_that_another_thread_reports_reaches_an_open_stream(number, report):
    async def follow():
        async with stream(number, after=last) as client:
            new = await report(number)
            assert (await client.event())[0] == new
            newer = await report(number, "Delivered")
            id_, data = await client.event()
            assert (id_, data["note"], data["place"]) == (newer, "Delivered", "Hamburg")

    last = ids(number)[-1]
    asyncio.run(follow())


@pytest.mark.usefixtures("told_by")
def test_who_says_what_it_saw_last_gets_what_came_after(number, report):
    async def follow():
        missed = [await report(number), await report(number)]
        async with stream(number, **{"last-event-id": str(last)}) as client:
            assert [(await client.event())[0] for _ in missed] == missed

    last = ids(number)[-1]
    asyncio.run(follow())


@pytest.mark.usefixtures("told_by")
def test_what_the_browser_saw_counts_more_than_what_the_page_knew(number, report):
    async def follow():
        seen, missed = await report(number), await report(number)
        async with stream(number, after=0, **{"last-event-id": str(seen)}) as client:
            assert (await client.event())[0] == missed

    asyncio.run(follow())


@pytest.mark.usefixtures("told_by")
@pytest.mark.parametrize("last", ["", "soon", "9" * 5000])
def test_who_does_not_say_what_it_saw_gets_all(number, last):
    async def follow():
        async with stream(number, **{"last-event-id": last}) as client:
            assert [(await client.event())[0] for _ in known] == known

    known = ids(number)
    asyncio.run(follow())


@pytest.mark.usefixtures("told_by")
def test_a_stream_has_the_events_of_its_own_parcel_only(report):
    async def follow():
        async with stream("DX00000001", after=last) as client:
            await report("DX00000002")
            own = await report("DX00000001")
            assert (await client.event())[0] == own

    last = ids("DX00000001")[-1]
    asyncio.run(follow())


@pytest.mark.usefixtures("told_by")
def test_a_silent_stream_says_that_it_is_there(settings, number):
    async def follow():
        async with stream(number, after=10**9) as client:
            return [await client.part() for _ in range(3)]

    settings.TRACKING_HEARTBEAT_S = 0.01
    retry, *silent = asyncio.run(follow())
    assert retry.startswith("retry: ")
    assert silent == [": still here\n\n"] * 2


@pytest.mark.usefixtures("told_by")
def test_a_long_stream_ends_so_that_the_browser_renews_it(settings, number):
    async def follow():
        client = Client(number, after=0)
        await client.start()
        parts = [await client.part()]
        while parts[-1]:
            parts.append(await client.part())
        await client._server.wait(DEADLINE_S)
        return parts

    settings.TRACKING_STREAM_S = 0
    retry, end = asyncio.run(follow())
    assert (retry[:6], end) == ("retry:", "")
    assert streams.bells.numbers() == []


@pytest.mark.usefixtures("told_by")
def test_when_the_last_client_leaves_no_bell_and_no_listener_is_left(number):
    async def follow():
        async with stream(number, after=0) as first:
            await first.event()
            async with stream(number, after=0) as second:
                await second.event()
                assert streams.bells.numbers() == [number]
            assert streams.bells.numbers() == [number]
        assert streams.bells.numbers() == []
        assert streams.bells._listener is None
        await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})

    asyncio.run(follow())


@pytest.mark.usefixtures("told_by")
def test_the_listener_outlives_the_stream_that_it_began_with(number, report):
    async def follow():
        first, second = Client(number, after=0), Client(number, after=0)
        for client in (first, second):
            await client.start()
            await client.event()
        await first.leave()
        new = await report(number)
        while (await second.event())[0] != new:
            pass
        await second.leave()

    asyncio.run(follow())


@pytest.mark.usefixtures("told_by")
def test_streams_of_all_parcels_share_one_listener():
    async def follow():
        async with stream("DX00000001", after=0) as one, stream("DX00000002", after=0) as other:
            await one.event()
            await other.event()
            assert len(streams.bells.numbers()) == 2
            tasks = [task.get_coro().__name__ for task in asyncio.all_tasks()]
            assert tasks.count("listen") == 1

    asyncio.run(follow())


@pytest.mark.parametrize("told_by", ["valkey"], indirect=True)
@pytest.mark.usefixtures("told_by")
def test_after_a_break_all_streams_look_at_what_was_not_heard(settings, number, valkey):
    async def follow(admin):
        async with stream(number, after=last) as client:
            await until(lambda: admin.publish(settings.TRACKING_CHANNEL, "") == 1)
            await asyncio.to_thread(keep_unannounced)
            admin.client_kill_filter(_type="pubsub")
            assert (await client.event())[0] > last

    def keep_unannounced():
        # Bulk creation sends no signal, so of this event nobody is told.
        parcel = Parcel.objects.get(number=number)
        Event.objects.bulk_create([Event(parcel=parcel, at=next(LATER), place="A", note="B")])
        connection.close()

    settings.TRACKING_CHANNEL = "tracking, with a break"
    last = ids(number)[-1]
    with redis.Redis.from_url(valkey.url) as admin:
        asyncio.run(follow(admin))


def test_a_listener_outlives_what_fails(sqlite_desk, settings, tmp_path, caplog):
    async def follow():
        bells = streams.Bells()
        with bells.hung("DX00000001") as bell:
            await until(lambda: "streams hear no news" in caplog.text)
            assert not bell.is_set()
            shutil.copy(sqlite_desk["NAME"], broken)
            await until(bell.is_set)

    settings.REDIS_URL = ""
    broken = tmp_path / "empty.sqlite3"
    use(sqlite_desk | {"NAME": str(broken)})
    asyncio.run(follow())
    use(NOWHERE)


@pytest.mark.usefixtures("desk")
def test_under_wsgi_nothing_is_streamed_and_no_worker_is_held():
    answer = test.Client().get(reverse("track-stream", args=["DX00000042"]))

    assert answer.status_code == 501


@pytest.mark.usefixtures("told_by")
def test_an_answer_is_neither_kept_nor_collected_on_its_way(number):
    async def follow():
        client = Client(number)
        status, headers = await client.start()
        await client.leave()
        return status, headers

    status, headers = asyncio.run(follow())
    assert status == 200
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Accel-Buffering"] == "no"
