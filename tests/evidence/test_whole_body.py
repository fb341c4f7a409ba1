"""Whether a view runs before the body of its request has come."""

from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

HERE = Path(__file__).parent
VIEWS = {"PYTHONPATH": f"{HERE}:{HERE.parents[1] / 'snippets'}"}
HALF = b"x" * 50_000


def half_an_upload(server, path):
    """Send a head and one half of a body."""
    line = HTTPConnection("127.0.0.1", server.server.port, timeout=30)
    line.putrequest("POST", path)
    line.putheader("Content-Length", str(2 * len(HALF)))
    line.endheaders(HALF)
    return closing(line)


@pytest.mark.evidence("whole-body")
def test_under_asgi_a_view_begins_when_the_whole_body_has_come(serve, carrier, record):
    server = serve("uvicorn", app="trap_views:application", **VIEWS)

    with half_an_upload(server, "/upload/async/") as line:
        # What is asked later is answered: there was time enough to begin.
        assert server.ask_at_once(20, "/health/").statuses() == {200: 20}
        begun = carrier.calls
        line.send(HALF)
        carrier.wait_for(1)
        carrier.let_go()
        assert line.getresponse().status == 200

    assert begun == 0
    record(asgi=begun)


@pytest.mark.evidence("whole-body")
def test_under_wsgi_a_view_begins_with_the_head_and_holds_a_thread(serve, carrier, record):
    server = serve("gunicorn-gthread", app="trap_views:wsgi", **VIEWS)

    with half_an_upload(server, "/upload/") as line:
        carrier.wait_for(1)
        begun = carrier.calls
        line.send(HALF)
        carrier.let_go()
        assert line.getresponse().status == 200

    record(wsgi=begun)
