"""A sync worker sends its answer at the pace at which the client reads."""

from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest

MIB = 2**20


@pytest.mark.evidence("slow-client")
def test_a_client_that_reads_slowly_holds_a_sync_worker(serve_64_mib, begin_to_read):
    sync, gthread = serve_64_mib("gunicorn-sync"), serve_64_mib("gunicorn-gthread")
    slow, twin = begin_to_read(sync), begin_to_read(gthread)

    behind = sync.ask("/health/")
    # A gthread worker has such a client too, is asked later, and answers.
    assert gthread.ask("/health/").statuses() == {200: 1}
    assert behind.answered() == 0

    slow.read(32 * MIB)  # as long as it reads, nothing changes
    assert gthread.ask("/health/").statuses() == {200: 1}
    assert behind.answered() == 0

    assert len(slow.read()) == 32 * MIB
    assert behind.statuses() == {200: 1}
    assert len(twin.read()) == 64 * MIB


@pytest.fixture
def serve_64_mib(serve):
    """Give a function that starts a server whose answer is larger than all buffers."""
    folder = Path(__file__).parent
    return lambda script: serve(script, app="big_answer:application", PYTHONPATH=folder)


@pytest.fixture
def begin_to_read():
    """Give a function that asks and reads the head of the answer, but nothing of its body."""
    with ExitStack() as leaving:

        def begin(desk):
            connection = HTTPConnection("127.0.0.1", desk.server.port, timeout=30)
            leaving.callback(connection.close)
            connection.request("GET", "/")
            return leaving.enter_context(connection.getresponse())

        yield begin
