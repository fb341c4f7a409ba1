"""Under ASGI nothing bounds the threads of sync views."""

import pytest


@pytest.mark.evidence("asgi-threads")
def test_each_sync_view_in_progress_has_a_thread_of_its_own(serve, carrier, record):
    server = serve("uvicorn")
    asked = server.ask_at_once(200, "/rates/one/")

    # The carrier holds its answers: here all 200 views wait for it at the same time.
    carrier.wait_for(200)
    busy = server.threads()
    carrier.let_go()

    assert asked.statuses() == {200: 200}
    assert busy > 200
    # No thread is kept for the next request: 200 end.
    idle = busy - 200
    server.wait_for_threads(idle)
    record(requests=200, threads=busy, idle=idle)
