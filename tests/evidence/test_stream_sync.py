"""What a streaming response has sent before its last part is made."""

import pytest


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
