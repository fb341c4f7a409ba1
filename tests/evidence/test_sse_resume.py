"""What a client gets that was away while things happened."""

from itertools import islice

import pytest

from .tracked import Tracked


@pytest.mark.evidence("sse-resume")
def test_a_client_that_was_cut_off_gets_every_event_that_it_missed(serve, tracked, record):
    web, streams = serve("gunicorn-gthread", **tracked.env), serve("uvicorn", **tracked.env)
    page = tracked.report(web, "Announced")
    before = len(tracked.known(web, page))
    seen = list(islice(tracked.follow(streams, page), before))

    streams.server.stop(grace_s=0)
    for note in ("Sorted", "Out for delivery", "Delivered"):
        tracked.report(web, note)
    streams = serve("uvicorn", **tracked.env)
    got = list(islice(tracked.follow(streams, page, last=seen[-1]), 3))

    assert [*seen, *got] == tracked.known(web, page)
    record(missed=3, got=len(got))


@pytest.fixture
def tracked(desk_url, tmp_path):
    """Return a parcel that this test alone knows."""
    return Tracked(desk_url, tmp_path)
