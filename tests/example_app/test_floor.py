"""The reference apps of snippets/ answer as the desk does."""

import asyncio

import httpx
import pytest
from config.process import describe_process
from django.test import override_settings
from fastapi_service.app import app as fastapi_app
from floor import bare_asgi, bare_wsgi, one_middleware

APPS = {
    "bare-wsgi": (httpx.WSGITransport(bare_wsgi.application), ["/health/"]),
    "bare-asgi": (httpx.ASGITransport(bare_asgi.application), ["/health/"]),
    "fastapi": (httpx.ASGITransport(fastapi_app), ["/health/", "/health/async/"]),
}


async def _ask_async(transport, path):
    async with httpx.AsyncClient(transport=transport, base_url="http://floor") as browser:
        return await browser.get(path)


def _ask(name, path):
    transport, _ = APPS[name]
    if isinstance(transport, httpx.AsyncBaseTransport):
        return asyncio.run(_ask_async(transport, path))
    with httpx.Client(transport=transport, base_url="http://floor") as browser:
        return browser.get(path)


@pytest.mark.parametrize(("name", "path"), [(name, p) for name in APPS for p in APPS[name][1]])
def test_the_health_page_has_the_bytes_of_the_desk(name, path, get):
    answer = _ask(name, path)
    assert answer.status_code == 200
    assert answer.content == get(path).content
    for header in ("Content-Type", "Content-Length"):
        assert answer.headers[header] == get(path).headers[header]


@pytest.mark.parametrize("path", ["/routes/plan/", "/routes/plan/async/", "/routes/plan/?stops=9"])
def test_fastapi_plans_the_tour_of_the_desk_to_the_byte(path, get):
    answer = _ask("fastapi", path)
    assert answer.status_code == 200
    assert answer.content == get(path).content
    assert answer.headers["Content-Type"] == get(path).headers["Content-Type"]


@pytest.mark.parametrize("stops", ["2", "251", "many"])
def test_fastapi_refuses_the_tours_that_the_desk_refuses(stops, get):
    path = f"/routes/plan/?stops={stops}"
    assert get(path).status_code == 400
    assert _ask("fastapi", path).status_code == 422


@pytest.mark.parametrize("name", APPS)
def test_the_process_is_described_through_the_right_interface(name):
    described = _ask(name, "/process/").json()
    interface = "wsgi" if name == "bare-wsgi" else "asgi"
    assert described.keys() == describe_process(interface).keys()
    assert described["interface"] == interface
    assert (described["event_loop"] == "none") == (interface == "wsgi")


@pytest.mark.parametrize("name", APPS)
def test_any_other_address_is_not_found(name):
    assert _ask(name, "/elsewhere/").status_code == 404


def _talk(scope, events):
    """Return what the application sends when it receives these events."""
    sent, left = [], iter(events)

    async def receive():
        return next(left)

    async def send(event):
        sent.append(event["type"])

    asyncio.run(bare_asgi.application(scope, receive, send))
    return sent


def test_the_bare_application_takes_part_in_the_lifespan_of_its_server():
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    assert _talk({"type": "lifespan"}, events) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_the_bare_application_refuses_what_is_not_http():
    with pytest.raises(ValueError, match="websocket is not supported"):
        _talk({"type": "websocket"}, [])


@pytest.mark.runs("floor/one_middleware.py")
def test_the_single_middleware_of_the_benchmark_is_on_the_way_and_no_other(get):
    with override_settings(MIDDLEWARE=one_middleware.MIDDLEWARE):
        answer = get("/health/")

    assert answer.status_code == 200
    assert answer["X-Stamped"] == "yes"
    assert "X-Frame-Options" not in answer
