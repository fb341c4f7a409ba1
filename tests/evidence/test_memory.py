"""Memory of real servers, as the kernel divides it among those who share it."""

import runpy
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import get_status
from crossroads.services.usage import pss_mb

from .conftest import APP, DEADLINE_S, DEPLOYED, ROOT, Asked, wait_until
from .large_model import ARRAY_MB

HERE = Path(__file__).parent
GUNICORN = Path(sys.executable).parent / "gunicorn"
RECIPE = ROOT / "snippets" / "memory" / "gunicorn.conf.py"
WORKERS = 4


class Gunicorn:
    """A gunicorn whose workers and memory can be asked."""

    def __init__(self, process, port):
        self.process = process
        self.port = port

    def memory_mb(self):
        return round(pss_mb([self.process]))

    def ask_every_worker(self, path):
        """Return when each worker has answered at `path` with its process id."""
        answered = set()

        def has_asked_all():
            answered.update(self._ask_at_once(path))
            return len(answered) == WORKERS

        wait_until(has_asked_all, f"an answer of each of {WORKERS} workers")

    def _ask_at_once(self, path):
        """Send half a request on each connection: its worker waits there for the rest."""
        with ExitStack() as leaving:
            where = ("127.0.0.1", self.port)
            lines = [
                leaving.enter_context(socket.create_connection(where, DEADLINE_S))
                for _ in range(WORKERS)
            ]
            for line in lines:
                line.sendall(f"GET {path} HTTP/1.0\r\n".encode())
            for line in lines:
                line.sendall(b"\r\n")
            return [int(line.makefile().read().splitlines()[-1]) for line in lines]


@pytest.fixture
def start():
    """Give a function that starts gunicorn; it is ended with the test."""
    with ExitStack() as leaving:

        def start(*options, cwd=APP, **env):
            port = free_port()
            path = {"PATH": str(GUNICORN.parent), "PORT": str(port)}
            process = Process.start(
                [GUNICORN, *options, "--no-control-socket", "--bind", f"127.0.0.1:{port}"],
                name="gunicorn",
                env=DEPLOYED | path | env,
                cwd=cwd,
            )
            leaving.callback(process.stop, grace_s=0.0)
            process.wait_until(lambda: get_status(port, "/health/", DEADLINE_S) is not None)
            return Gunicorn(process, port)

        yield start


@pytest.mark.evidence("thread-mem")
def test_threads_need_less_memory_than_as_many_processes(start, carrier, record):
    used = []
    for workers, threads in ((WORKERS, 1), (1, WORKERS)):
        kind = "sync" if threads == 1 else "gthread"
        shape = ["--workers", str(workers), "--threads", str(threads), "--worker-class", kind]
        server = start("config.wsgi", *shape, CARRIERS_URL=carrier.url)
        asked = Asked(WORKERS, server, "/rates/one/")
        carrier.wait_for((1 + len(used)) * WORKERS)  # all are in progress, in each worker
        used.append(server.memory_mb())
        asked.leave()

    processes, threads = used
    assert processes > 2 * threads
    record(requests=WORKERS, processes=processes, threads=threads)


@pytest.mark.evidence("preload")
def test_preloaded_workers_share_what_the_others_have_each(start, carrier, record, tmp_path):
    apart = tmp_path / "apart.py"
    settings, _ = RECIPE.read_text().split("def when_ready")
    apart.write_text(settings.replace("preload_app = True", "preload_app = False"))
    assert runpy.run_path(str(RECIPE))["preload_app"]
    used = []
    for config in (apart, RECIPE):
        shape = ["--workers", str(WORKERS), "--threads", "1", "--worker-class", "sync"]
        server = start("--config", config, *shape, CARRIERS_URL=carrier.url)
        asked = Asked(WORKERS, server, "/rates/one/")
        carrier.wait_for((1 + len(used)) * WORKERS)
        used.append(server.memory_mb())
        asked.leave()

    each, shared = used
    assert each > 1.5 * shared
    record(workers=WORKERS, each=each, shared=shared)


@pytest.mark.evidence("mem-model")
def test_a_large_model_is_there_once_for_each_worker_that_loads_it(start, record):
    shape = ["large_model", "--workers", str(WORKERS)]
    empty = start(*shape, cwd=HERE)
    empty.ask_every_worker("/read/")
    base = empty.memory_mb()

    def extra(*options, model):
        server = start(*shape, *options, cwd=HERE, MODEL=model)
        server.ask_every_worker("/read/")
        used = server.memory_mb() - base
        server.process.stop(grace_s=0.0)
        return used

    each = extra(model="array")
    preloaded = extra("--preload", model="array")
    objects = extra("--preload", model="objects")
    alone = start("large_model", cwd=HERE, MODEL="array").memory_mb()

    assert each > 0.9 * WORKERS * ARRAY_MB
    assert preloaded < 1.5 * ARRAY_MB
    assert alone < 2 * ARRAY_MB
    # Reading an object writes its count of references, and what is written to is not shared.
    assert objects > 2 * preloaded
    record(
        model=ARRAY_MB,
        workers=WORKERS,
        each=each,
        preloaded=preloaded,
        alone=alone,
        objects=objects,
    )
