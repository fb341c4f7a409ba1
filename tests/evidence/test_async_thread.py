"""Under ASGI an async view keeps a thread that it does not use."""

import pytest

from .asgi_stage import ASGI_SERVERS


@pytest.mark.evidence("async-thread")
def test_an_async_view_keeps_a_thread_even_without_middleware(serve, carrier, record):
    server = serve("uvicorn", BENCH_NO_MIDDLEWARE=1)
    asked = server.ask_at_once(200, "/rates/one/async/")

    # All 200 views have come to their `await`: nothing of them runs, least of all in a thread.
    carrier.wait_for(200)
    busy = server.threads()
    carrier.let_go()

    assert asked.statuses() == {200: 200}
    assert busy > 200
    server.wait_for_threads(busy - 200)
    record(requests=200, threads=busy)


@pytest.mark.evidence("async-thread")
def test_with_middleware_an_async_view_keeps_a_thread_as_well(serve, carrier):
    server = serve("uvicorn")
    asked = server.ask_at_once(100, "/rates/one/async/")

    carrier.wait_for(100)
    busy = server.threads()
    carrier.let_go()

    assert asked.statuses() == {200: 100}
    assert busy > 100
    server.wait_for_threads(busy - 100)


@pytest.mark.evidence("async-thread")
@pytest.mark.parametrize("name", ASGI_SERVERS[1:])
def test_it_is_so_on_every_asgi_server(serve, carrier, name):
    server = serve(name)
    asked = server.ask_at_once(50, "/rates/one/async/")

    carrier.wait_for(50)
    busy = server.threads()
    carrier.let_go()

    assert asked.statuses() == {200: 50}
    assert busy > 50
    server.wait_for_threads(busy - 50)
