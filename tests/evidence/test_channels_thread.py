"""Sync work of all sockets runs in one thread, unless it is spread over several."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import connect


@pytest.mark.evidence("channels-thread")
def test_the_sync_work_of_all_sockets_runs_in_one_thread(serve_sockets, carrier, record):
    stock, spread = serve_sockets("stock"), serve_sockets("spread", SOCKET_THREADS=8)

    for socket in stock:
        socket.send("work")
    carrier.wait_for(1)
    # The twin, asked later, shows that there was time enough for more.
    for socket in spread:
        socket.send("work")
    carrier.wait_for(1 + 8)
    asked = carrier.calls
    carrier.let_go()
    threads = {socket.recv(timeout=30) for socket in stock}
    spread_threads = {socket.recv(timeout=30) for socket in spread}

    assert asked == 1 + 8
    assert len(threads) == 1
    assert len(spread_threads) == 8
    record(sockets=20, threads=1, spread=8)


@pytest.fixture
def serve_sockets(serve):
    """Give a function that starts one of `stock_sockets` and opens twenty sockets to it."""
    folder = Path(__file__).parent
    with ExitStack() as leaving:

        def start(name, **env):
            desk = serve("uvicorn", app=f"stock_sockets:{name}", PYTHONPATH=folder, **env)
            url = f"ws://127.0.0.1:{desk.server.port}/"
            return [leaving.enter_context(connect(url, proxy=None)) for _ in range(20)]

        yield start
