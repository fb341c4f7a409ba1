"""Whether GZipMiddleware holds an event stream back."""

from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
VIEWS = {"PYTHONPATH": f"{HERE}:{HERE.parents[1] / 'snippets'}"}


def events_before_the_last(server, carrier, path):
    """Return how many events can be read while the last one is not made yet."""
    text = ""
    with httpx.stream("GET", f"{server.server.url}{path}", timeout=30) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"] == "text/event-stream"
        parts = answer.iter_text()
        carrier.wait_for(1)
        while text.count("\n\n") < 20:
            text += next(parts)
        came = text.count("\n\n")
        carrier.let_go()
        assert "id: last" in "".join(parts)
    return came


@pytest.mark.evidence("gzip-sse")
def test_an_async_stream_comes_event_by_event(serve, carrier, record):
    server = serve("uvicorn", app="trap_views:application", **VIEWS)

    record(asgi=events_before_the_last(server, carrier, "/stream/async/"))


@pytest.mark.evidence("gzip-sse")
def test_a_sync_stream_comes_event_by_event(serve, carrier, record):
    server = serve("gunicorn-gthread", app="trap_views:wsgi", **VIEWS)

    record(wsgi=events_before_the_last(server, carrier, "/stream/"))
