"""What becomes of a request whose client was told 504."""

from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from .conftest import DEADLINE_S, ROOT

PAIR = ROOT / "snippets" / "deploy" / "nginx-pair.conf"


@pytest.mark.evidence("proxy-timeout")
def test_after_a_504_the_request_holds_its_thread_and_an_async_view_is_canceled(
    serve, carrier, ask_pair, record
):
    wsgi, asgi = serve("gunicorn-gthread", THREADS=1), serve("uvicorn")
    ask = ask_pair(wsgi, asgi)

    paths = ("/rates/one/", "/rates/one/async/")
    asked = [ask(path) for path in paths]
    carrier.wait_for(2)
    assert [line.getresponse().status for line in asked] == [504, 504]
    carrier.wait_for_hang_up()

    assert (carrier.calls, carrier.hung_up) == (2, 1)
    behind = wsgi.ask("/health/")
    # The other server is asked later, and answers.
    assert asgi.ask("/health/").statuses() == {200: 1}
    assert behind.answered() == 0
    carrier.let_go()
    assert behind.statuses() == {200: 1}
    record(threads=1, wsgi=1, asgi=0)


@pytest.fixture
def ask_pair(nginx, tmp_path):
    """Give a function that puts nginx before two servers, and returns one that asks it."""
    with ExitStack() as leaving:

        def start(wsgi, asgi):
            ports = {"WSGI": wsgi.server.port, "ASGI": asgi.server.port}
            servers = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
            proxy = nginx(
                PAIR,
                {**servers, "STATIC": tmp_path},
                instead={"proxy_read_timeout 30s;": "proxy_read_timeout 1s;"},
            )

            def ask(path):
                line = HTTPConnection("127.0.0.1", proxy.port, timeout=DEADLINE_S)
                leaving.callback(line.close)
                line.request("GET", path)
                return line

            return ask

        yield start
