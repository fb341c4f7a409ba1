"""What a streaming response has sent before its last part is made."""

import pytest

from .asgi_stage import ASGI_SERVERS, STAGE


@pytest.mark.evidence("stream-sync")
def test_a_sync_iterator_is_collected_whole_and_an_async_one_streams(
    serve, carrier, desk_url, record
):
    server = serve("uvicorn", DATABASE_URL=desk_url)

    # A manifest has a head and 20 lines. For each line a carrier is asked; the last one waits.
    carrier.answer_next(19)
    streamed = server.ask("/api/parcels/manifest/async/")
    carrier.wait_for(1)
    carrier.answer_next(19)
    collected = server.ask("/api/parcels/manifest/")
    carrier.wait_for(2)

    streamed.wait_for_parts(20)
    sent = {"async": streamed.parts_so_far(), "sync": collected.parts_so_far()}
    carrier.let_go()

    assert sent == {"async": 20, "sync": 0}
    assert streamed.statuses() == collected.statuses() == {200: 1}
    record(**sent)


@pytest.mark.evidence("stream-sync")
def test_under_wsgi_it_is_the_other_way_round(serve, carrier, desk_url, record):
    server = serve("gunicorn-gthread", DATABASE_URL=desk_url)

    carrier.answer_next(19)
    streamed = server.ask("/api/parcels/manifest/")
    carrier.wait_for(1)
    carrier.answer_next(19)
    collected = server.ask("/api/parcels/manifest/async/")
    carrier.wait_for(2)

    streamed.wait_for_parts(20)
    sent = {"wsgi-sync": streamed.parts_so_far(), "wsgi-async": collected.parts_so_far()}
    carrier.let_go()

    assert sent == {"wsgi-sync": 20, "wsgi-async": 0}
    assert streamed.statuses() == collected.statuses() == {200: 1}
    record(**sent)


@pytest.mark.evidence("stream-sync")
@pytest.mark.parametrize("name", [*ASGI_SERVERS[1:], "granian-wsgi"])
def test_it_is_so_on_every_server(serve, carrier, name):
    server = serve(name, **STAGE)
    streams, collects = ("/sync/", "/async/") if "wsgi" in name else ("/async/", "/sync/")

    carrier.answer_next(19)
    streamed = server.ask(streams)
    carrier.wait_for(1)
    carrier.answer_next(19)
    collected = server.ask(collects)
    carrier.wait_for(2)

    streamed.wait_for_parts(19)
    assert collected.parts_so_far() == 0
    carrier.let_go()
    assert streamed.statuses() == collected.statuses() == {200: 1}
