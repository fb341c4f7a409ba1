"""What becomes of a task that a view starts and does not wait for."""

from pathlib import Path

import pytest

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


@pytest.mark.evidence("create-task")
def test_what_it_asks_the_database_leaves_a_connection_open(serve, carrier, database, record):
    server = serve("uvicorn", app="trap_views:application", DATABASE_URL=database.url, **VIEWS)

    assert server.ask_at_once(5, "/left-query/").statuses() == {200: 5}
    carrier.wait_for(5)
    carrier.let_go()
    server.server.process.wait_until(lambda: database.connections() == 5)
    assert server.ask_at_once(5, "/rates/one/").statuses() == {200: 5}  # do these close them?

    left = database.connections()
    assert left == 5
    record(tasks=5, left=left)
