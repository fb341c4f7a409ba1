"""How many of a page's calls are in progress at once, under WSGI."""

import pytest


@pytest.mark.evidence("fan-out")
@pytest.mark.parametrize(("page", "way"), [("gather", "gather"), ("threads", "pool")])
def test_calls_that_overlap_are_all_in_progress_at_once(serve, carrier, record, page, way):
    server = serve("gunicorn-gthread", THREADS=1)
    asked = server.ask(f"/rates/five/{page}/")

    # No carrier answers before all five are asked: one after the other would never get here.
    carrier.wait_for(5)
    carrier.let_go()

    assert asked.statuses() == {200: 1}
    assert carrier.calls == 5
    record(calls=5, **{way: 5})


@pytest.mark.evidence("fan-out")
@pytest.mark.parametrize("page", ["sequence", "sequence/async"])
def test_calls_in_a_row_are_in_progress_one_at_a_time(serve, carrier, record, page):
    server = serve("gunicorn-gthread", THREADS=1)
    asked = server.ask(f"/rates/five/{page}/")
    most = 0

    for answered in range(5):
        carrier.wait_for_all(answered + 1)
        most = max(most, carrier.calls - answered)
        answer_one(carrier)

    assert asked.statuses() == {200: 1}
    assert most == 1
    record(row=most)


def answer_one(carrier):
    """Answer the call that is held, and hold the next."""
    with carrier._changed:
        call = carrier._held.pop(0)
    carrier._loop.call_soon_threadsafe(call.answer)
