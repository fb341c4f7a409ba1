"""What becomes of a task that a view starts and does not wait for."""

import asyncio
from pathlib import Path

import pytest
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.core.handlers.asgi import ASGIHandler
from django.db.backends.signals import connection_created
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from .conftest import DEADLINE_S

HERE = Path(__file__).parent
VIEWS = {"PYTHONPATH": f"{HERE}:{HERE.parents[1] / 'snippets'}"}


@pytest.mark.evidence("create-task")
@pytest.mark.runs("traps/left_task.py")
def test_under_asgi_a_task_goes_on_after_the_answer(serve, carrier, record):
    server = serve("uvicorn", app="trap_views:application", **VIEWS)

    assert server.ask("/left-task/").statuses() == {200: 1}  # while the first carrier is asked
    carrier.wait_for(1)
    carrier.let_go()
    carrier.wait_for_all(2)

    record(calls=2, asgi=carrier.calls)


@pytest.mark.evidence("create-task")
def test_a_server_that_stops_does_not_wait_for_it(serve, carrier, record):
    server = serve("uvicorn", app="trap_views:application", **VIEWS)

    assert server.ask("/left-task/").statuses() == {200: 1}
    carrier.wait_for(1)
    server.server.stop()
    carrier.wait_for_hang_up()

    assert carrier.calls == 1
    record(stopped=carrier.calls)


@pytest.mark.evidence("create-task")
def test_under_wsgi_it_ends_with_its_request(serve, carrier, record):
    server = serve("gunicorn-gthread", app="trap_views:wsgi", **VIEWS)

    assert server.ask("/left-task/").statuses() == {200: 1}
    wsgi = carrier.calls
    carrier.let_go()
    assert server.ask("/awaited-task/").statuses() == {200: 1}

    # The calls of the task that was awaited, and none beside them.
    assert carrier.calls == 2
    assert wsgi == 0
    record(wsgi=wsgi)


async def answer(path):
    """Have Django answer one request, as an ASGI server would."""
    asked = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"127.0.0.1")]}
    server = ApplicationCommunicator(ASGIHandler(), asked)
    await server.send_input({"type": "http.request"})
    start = await server.receive_output(DEADLINE_S)
    await server.wait(DEADLINE_S)
    return start["status"]


@pytest.mark.evidence("create-task")
@pytest.mark.usefixtures("desk_in_process")
def test_no_request_closes_the_connection_of_a_query_that_it_makes_after_the_answer(record):
    parcels, tasks, opened = apps.get_model("parcels", "Parcel").objects, [], []

    async def leave(_request):
        tasks.append(asyncio.create_task(count_later()))
        return HttpResponse()

    async def count_later():
        await answered.wait()
        return await parcels.acount()

    async def wait(_request):
        return HttpResponse(await parcels.acount())

    async def ask():
        statuses = [await answer("/wait/"), await answer("/leave/")]
        answered.set()
        counted = await tasks[0]
        return counted, [*statuses, await answer("/wait/")]

    def note(connection, **_):
        opened.append(connection)

    answered = asyncio.Event()
    connection_created.connect(note)
    try:
        with override_settings(ROOT_URLCONF=(path("wait/", wait), path("leave/", leave))):
            counted, statuses = asyncio.run(ask())
    finally:
        connection_created.disconnect(note)

    left = [connection for connection in opened if connection.connection is not None]
    for connection in left:
        connection.connection.close()
    assert counted == 500
    assert statuses == [200, 200, 200]
    assert len(opened) == 3  # one for each request that asks, and one for the task
    assert left == [opened[1]]
    record(left=len(left))
