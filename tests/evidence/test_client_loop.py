"""An async HTTP client of the module, and the event loop of its connections."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
VIEWS = {"PYTHONPATH": f"{HERE}:{HERE.parents[1] / 'snippets'}"}


@pytest.mark.evidence("client-loop")
@pytest.mark.runs("traps/shared_client.py")
def test_under_wsgi_the_second_request_finds_connections_of_a_dead_loop(serve, carrier):
    server = serve("gunicorn-gthread", app="trap_views:wsgi", **VIEWS)
    carrier.let_go()

    shared = [server.ask("/client/shared/").statuses() for _ in range(2)]
    own = [server.ask("/client/own/").statuses() for _ in range(2)]

    assert shared == [{200: 1}, {500: 1}]
    assert own == [{200: 1}, {200: 1}]
    process = server.server.process
    process.wait_until(lambda: "RuntimeError: Event loop is closed" in process.log)


@pytest.mark.evidence("client-loop")
def test_under_asgi_it_finds_them_again(serve, carrier):
    server = serve("uvicorn", app="trap_views:application", **VIEWS)
    carrier.let_go()

    shared = [server.ask("/client/shared/").statuses() for _ in range(2)]

    assert shared == [{200: 1}, {200: 1}]
