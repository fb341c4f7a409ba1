"""Believable runs to draw, the site built without a run and with two, and a browser for it."""

import fcntl
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, replace
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import override

import pytest
from playwright.sync_api import Browser, sync_playwright

from crossroads.evidence.catalogue import EVIDENCE
from crossroads.evidence.model import Tested
from crossroads.evidence.proofs import TestOutcome, keep_proofs, keep_reference
from crossroads.measurements.identity import identify
from crossroads.measurements.model import Cell, Figures, Load, Machine, Python, Row, Run, View
from crossroads.measurements.store import PartialRun, local_path
from crossroads.site.data import Lanes

from .guide_page import Visit, visits

ROOT = Path(__file__).parents[2]
BUILD_DEADLINE_S = 300
CONTRADICTED = "loop-block"
"""The claim that this build's proofs contradict."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Else a test that walks on faster than a reader can would have its steps left out.
    "--disable-ipc-flooding-protection",
)

type Serve = Callable[[type[SimpleHTTPRequestHandler]], AbstractContextManager[str]]
type MakeRun = Callable[..., Run]

# CPU per request in ms: without middleware, with it.
_JSON: dict[tuple[str, View, int | None], tuple[float, float]] = {
    ("gunicorn-sync", "sync", None): (0.317, 0.42),
    ("gunicorn-gthread", "sync", 8): (0.282, 0.39),
    ("gunicorn-gevent", "sync", None): (0.279, 0.38),
    ("granian-wsgi", "sync", 8): (0.108, 0.17),
    ("granian-asgi", "sync", None): (0.639, 1.5),
    ("granian-asgi", "async", None): (0.649, 1.5),
    ("uvicorn", "sync", None): (0.766, 1.75),
    ("uvicorn", "async", None): (0.683, 1.71),
    ("gunicorn-asgi", "async", None): (0.793, 1.8),
    ("daphne", "async", None): (1.015, 2.1),
    ("hypercorn", "async", None): (1.002, 2.0),
}
_OUTSIDE: dict[tuple[str, View], float] = {
    ("fastapi", "async"): 0.111,
    ("fastapi", "sync"): 0.194,
    ("bare-wsgi", "none"): 0.2,
    ("bare-asgi", "none"): 0.034,
}


def _figures(noise: random.Random, cpu_ms: float, **others: object) -> Figures:
    wobble = noise.lognormvariate(0, 0.05)
    figures = Figures(
        requests=2000,
        seconds=1.2,
        rate=900 / cpu_ms * wobble,
        cpu_ms=cpu_ms * wobble,
        beside_cpu_ms=0.0,
        latency_ms={"0.5": 1.7 * wobble, "0.9": 3.0, "0.95": 4.0, "0.99": 9.0},
        server_busy=0.9,
        generator_busy=0.4,
        foreign_busy=0.05,
        lateness_p99_ms=1.0,
        reconnects=0,
        threads=9,
        pss_mb=42.0,
    )
    return replace(figures, **others)  # type: ignore[arg-type]


def _json(noise: random.Random) -> Iterator[tuple[Cell, Figures]]:
    load = Load(clients=16)
    for (server, view, threads), costs in _JSON.items():
        for workload, cost in zip(("json", "json-middleware"), costs, strict=True):
            cell = Cell(server=server, workload=workload, view=view, load=load, threads=threads)
            yield cell, _figures(noise, cost)
        cell = Cell(server=server, workload="cpu", view=view, load=load, threads=threads)
        yield cell, _figures(noise, 11.5)
        cell = Cell(server=server, workload="orm-list", view=view, load=load, threads=threads)
        yield cell, _figures(noise, costs[1] + 4, beside_cpu_ms=1.1)
    for (server, view), cost in _OUTSIDE.items():
        yield Cell(server=server, workload="json", view=view, load=load), _figures(noise, cost)


def _cores(noise: random.Random) -> Iterator[tuple[Cell, Figures]]:
    gthread, sync = "gunicorn-gthread", "gunicorn-sync"
    for server, threads, workers, rate in (
        (gthread, 1, 1, 90.0),
        (gthread, 8, 1, 88.0),
        (sync, None, 1, 87.0),
        (sync, None, 2, 170.0),
    ):
        cell = Cell(
            server=server,
            workload="cpu-cores",
            view="sync",
            load=Load(clients=8),
            threads=threads,
            workers=workers,
        )
        yield cell, _figures(noise, 11.2, rate=rate)


def _waits(noise: random.Random) -> Iterator[tuple[Cell, Figures]]:
    servers: tuple[tuple[str, View, int | None], ...] = (
        ("gunicorn-gthread", "sync", 8),
        ("gunicorn-gthread", "sync", 64),
        ("granian-wsgi", "sync", 8),
        ("uvicorn", "sync", None),
        ("uvicorn", "async", None),
    )
    for server, view, threads in servers:
        for clients in (8, 50, 200):
            served = min(clients, threads or clients)
            rate = served * 10 * (0.94 if server == "uvicorn" else 0.99)
            middle = 100 * clients / served * 1.03
            cell = Cell(
                server=server,
                workload="wait",
                view=view,
                load=Load(clients=clients),
                threads=threads,
            )
            yield (
                cell,
                _figures(noise, 0.6, rate=rate, latency_ms={"0.5": middle, "0.95": middle * 1.15}),
            )


def _costs(noise: random.Random) -> Iterator[tuple[Cell, Figures]]:
    """Give what charts of a single server show: middleware, calls, carriers, kept lists."""
    load, alone = Load(clients=16), Load(clients=1)
    rows: tuple[tuple[str, str, View, Load, float], ...] = (
        ("json-one-middleware", "uvicorn", "async", load, 0.8),
        ("orm-list-cached", "uvicorn", "async", load, 1.8),
        ("quote", "uvicorn", "async", load, 1.6),
        ("call", "uvicorn", "async", load, 3.1),
        ("call-new-client", "uvicorn", "async", load, 25.0),
        ("five-row", "uvicorn", "sync", alone, 9.0),
        ("five-threads", "uvicorn", "sync", alone, 9.0),
        ("five-gather", "uvicorn", "async", alone, 9.0),
    )
    for workload, server, view, clients, cost in rows:
        cell = Cell(server=server, workload=workload, view=view, load=clients)
        yield cell, _figures(noise, cost)


def _pools(noise: random.Random) -> Iterator[tuple[Cell, Figures]]:
    of = {"server": "gunicorn-gthread", "view": "sync"}
    for rate, middle in ((20, 101.0), (60, 104.0), (88, 700.0)):
        cell = Cell(workload="knee", load=Load(rate=rate), threads=8, **of)  # type: ignore[arg-type]
        yield cell, _figures(noise, 0.6, latency_ms={"0.5": middle, "0.75": 1.2 * middle})
    for threads, workers, memory in ((8, 1, 44.0), (1, 8, 240.0)):
        cell = Cell(
            workload="hold",
            load=Load(clients=8),
            threads=threads,
            workers=workers,
            **of,  # type: ignore[arg-type]
        )
        yield cell, _figures(noise, 0.6, pss_mb=memory)


def _databases(noise: random.Random) -> Iterator[tuple[Cell, Figures]]:
    """Give what the charts of connections show."""
    gthread, uvicorn = ("gunicorn-gthread", 8), ("uvicorn", None)
    for workload, (server, threads), rate in (
        ("orm-list-keep", gthread, 250.0),
        ("orm-list-connect", uvicorn, 80.0),
        ("orm-list-pgbouncer-keep", gthread, 240.0),
        ("orm-list-pgbouncer", uvicorn, 140.0),
        ("query-wait", gthread, 310.0),
        ("query-wait-backend", uvicorn, 290.0),
        ("joined-list", gthread, 700.0),
        ("joined-list-backend", uvicorn, 300.0),
    ):
        load = Load(clients=16)
        cell = Cell(server=server, workload=workload, view="sync", load=load, threads=threads)
        yield cell, _figures(noise, 5.0, rate=rate, beside_cpu_ms=400 / rate)
    for clients, middle in ((4, 40.0), (32, 260.0)):
        cell = Cell(
            server="gunicorn-gthread",
            workload="report",
            view="sync",
            load=Load(clients=clients),
            threads=clients,
        )
        yield cell, _figures(noise, 2.0, rate=110.0, latency_ms={"0.5": middle})


def _stalls(noise: random.Random) -> Iterator[tuple[Cell, Figures]]:
    closed = {"0.5": 3.3, "0.9": 5.0, "0.95": 6.1, "0.99": 8.6}
    opened = {"0.5": 3.8, "0.9": 780.0, "0.95": 900.0, "0.99": 992.0}
    for load, latency in ((Load(clients=4), closed), (Load(rate=100), opened)):
        cell = Cell(server="uvicorn", workload="stall", view="async", load=load)
        yield cell, _figures(noise, 0.9, latency_ms=latency)


def _make_run(
    *,
    rounds: int = 4,
    seed: int = 7,
    cpu: str = "Example CPU 3000",
    failed: dict[tuple[str, str], str] | None = None,
    started: str = "2026-11-21T10:00:00Z",
) -> Run:
    noise = random.Random(seed)
    rows = []
    for number in range(1, rounds + 1):
        cells = (*_json(noise), *_cores(noise), *_waits(noise), *_stalls(noise))
        for cell, figures in (*cells, *_costs(noise), *_pools(noise), *_databases(noise)):
            reason = (failed or {}).get((cell.workload, cell.server))
            row = Row(cell=cell, round=number, figures=None if reason else figures, reason=reason)
            rows.append(row)
    return Run(
        profile="quick",
        started=started,
        finished=started,
        machine=Machine(cpu=cpu, cores=2, memory_gib=24, system="Linux x86_64"),
        python=Python(version="3.14.7", build="CPython, GIL"),
        versions={"django": "6.1.3", "uvicorn": "0.54.0", "daphne": "4.2.3"},
        code="c" * 16,
        lock="l" * 16,
        pinned=True,
        seed=seed,
        rows=tuple(rows),
    )


@pytest.fixture(scope="session")
def make_run() -> MakeRun:
    """Return what makes a run; `failed` maps (workload, server) to a reason."""
    return _make_run


@pytest.fixture(scope="session")
def lanes() -> Lanes:
    """Return two runs of two machines; in this build's, two kinds of cell have failed."""
    return Lanes(
        this_build=_make_run(
            rounds=2,
            failed={("json", "daphne"): "the generator was late", ("wait", "granian-wsgi"): "500"},
        ),
        reference=_make_run(rounds=8, seed=2, cpu="Another CPU 9000"),
    )


def _save(path: Path, run: Run) -> None:
    partial = PartialRun(path)
    header = asdict(run)
    del header["rows"], header["finished"]
    partial.begin(header)
    for row in run.rows:
        partial.add(row)
    partial.finish(run.finished, len(run.rows))


def _proofs(contradicted: str = "") -> dict[str, TestOutcome]:
    """Return what tests would have found; every quantity is counted as 7."""
    outcomes = {}
    for evidence in EVIDENCE.values():
        if isinstance(evidence.proof, Tested):
            is_wrong = evidence.id == contradicted
            outcomes[f"tests/evidence/test_x.py::test_{evidence.id}"] = TestOutcome(
                ids=(evidence.id,),
                outcome="failed" if is_wrong else "passed",
                contradicts=is_wrong,
                reason="AssertionError: not so" if is_wrong else "",
                values={quantity.name: 7 for quantity in evidence.proof.quantities},
            )
    return outcomes


def _copy_project(root: Path) -> None:
    (root / "measurements").mkdir(parents=True)
    for name in ("docs", "overrides", "snippets", "example_app", "tests/evidence"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("mkdocs.yml", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    (root / "src").symlink_to(ROOT / "src")


def _build(root: Path) -> None:
    # The address is what instant navigation needs; its host is never asked.
    env = {**os.environ, "CROSSROADS_MEASURE": "off", "NO_MKDOCS_2_WARNING": "1"}
    env |= {"SITE_URL": "http://127.0.0.1/"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", root / "site"],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=BUILD_DEADLINE_S,
    )
    (root / "build.log").write_text(f"{done.stdout}{done.stderr}")
    (root / "exit-code").write_text(str(done.returncode))


def _built(tmp_path_factory: pytest.TempPathFactory, name: str, lanes: Lanes) -> Path:
    """Return a project of which the site is built, once for all processes of a test run."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    root = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "exit-code").exists():
            _copy_project(root)
            if lanes.this_build:
                _save(local_path(root, "quick", identify(root).key), lanes.this_build)
                keep_proofs(root, _proofs(contradicted=CONTRADICTED))
            if lanes.reference:
                _save(root / "measurements" / "reference.jsonl", lanes.reference)
                keep_reference(root)
            _build(root)
    assert (root / "exit-code").read_text() == "0", (root / "build.log").read_text()
    return root / "site"


@pytest.fixture(scope="session")
def unmeasured_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of a clone in which nothing has ever been measured."""
    return _built(tmp_path_factory, "unmeasured", Lanes())


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, lanes: Lanes) -> Path:
    """Return the site with a run of this machine and a reference run."""
    return _built(tmp_path_factory, "measured", lanes)


class _Site(SimpleHTTPRequestHandler):
    @override
    def do_GET(self) -> None:
        if self.path != "/sitemap.xml":
            return super().do_GET()
        # Instant navigation follows only what the sitemap lists, and that to the port.
        text = Path(self.translate_path(self.path)).read_text()
        body = text.replace("http://127.0.0.1/", f"http://{self.headers['Host']}/").encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    @override
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def served(site: Path) -> Serve:
    """Return what serves the site with a handler, as a context that gives its address."""

    @contextmanager
    def serve(handler: type[SimpleHTTPRequestHandler]) -> Iterator[str]:
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=site)) as server:
            thread = Thread(target=server.serve_forever)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()
            thread.join()

    return serve


@pytest.fixture(scope="module")
def address(served: Serve) -> Iterator[str]:
    """Return where the site is served."""
    with served(_Site) as url:
        yield url


@pytest.fixture(scope="session")
def flags() -> tuple[str, ...]:
    """Return what a browser of the tests is started with: no sandbox, no calls home."""
    return FLAGS


# For one module at a time: while it lives, an event loop runs in this thread, and every other
# test that wants one of its own would fail.
@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Return a browser; each test that changes a page opens a context of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Give a function that opens the guide anew; what it opened closes with the test."""
    with visits(browser, address) as visit_:
        yield visit_
