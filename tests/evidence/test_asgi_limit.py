"""A limit makes an ASGI server refuse where it would pile up."""

import pytest


@pytest.mark.evidence("asgi-limit")
def test_beyond_its_limit_the_server_refuses_at_once(serve, carrier, record):
    server = serve("uvicorn-limited", LIMIT=20)
    taken = server.ask_at_once(19, "/rates/one/")
    carrier.wait_for(19)

    # The twentieth connection reaches the limit. None of the first 19 has ended yet.
    refused = server.ask_at_once(31, "/rates/one/").statuses()
    carrier.let_go()

    assert refused == {503: 31}
    assert taken.statuses() == {200: 19}
    # Nothing is in progress any more, but a connection that is kept open counts as well.
    assert server.ask("/health/").statuses() == {503: 1}
    record(limit=20, requests=19 + 31, refused=31)
