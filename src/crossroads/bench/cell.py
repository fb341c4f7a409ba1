"""One cell: a fresh server, one checked request, warm-up, the window, and the end.

Every way in which the window could lie makes the cell fail with a reason: a wrong answer,
a generator near its limit, a server that is not what it was asked to be.
"""

import json
import os
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread

import psutil

from crossroads.bench.beside import Beside
from crossroads.bench.generator import Generator, GeneratorError
from crossroads.bench.load import OK, LoadResult, LoadSpec
from crossroads.bench.profiles import Profile
from crossroads.bench.servers import SERVERS, ServerSpec
from crossroads.bench.workloads import BENCH_TOKEN, NEEDS, STALL_EVERY_S, WORKLOADS, Need, Workload
from crossroads.errors import CrossroadsError
from crossroads.measurements.identity import this_python
from crossroads.measurements.machine import usable_cores
from crossroads.measurements.model import Cell, Figures, Row
from crossroads.services.process import Process
from crossroads.services.server import Server, start_server
from crossroads.services.usage import cpu_seconds, pss_mb, thread_count

GENERATOR_LIMIT = 0.7
"""Cores that the generator may use before its own queueing shows in the latencies."""

FOREIGN_LIMIT = 0.3
"""Cores used by the machine's other work above which a window is called noisy."""

LATENESS_LIMIT_MS = 10.0
"""99th percentile of the generator's lateness above which a window is called noisy."""

FEWEST_REQUESTS = 8
"""Below this a window says nothing."""

BEYOND = 10
"""A quantile is kept only when this many requests lie beyond it."""

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999)


SAID_OF_ITSELF = ("python", "gil", "interface", "event_loop")
"""What is kept of `/process/`; versions are the same for a whole run."""


class CellError(CrossroadsError):
    """A cell cannot be measured, or its window is not to be believed."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What all cells of a run share."""

    root: Path
    """The checkout."""
    profile: Profile
    generator: Generator
    server_cpus: tuple[int, ...] = ()
    """Cores of the server under test; empty when nothing is pinned."""
    other_cpus: tuple[int, ...] = ()
    """Cores of everything else; empty when nothing is pinned."""
    beside: Mapping[Need, Beside] = field(default_factory=dict)
    """Services beside the server, by what a workload needs."""


def measure(cell: Cell, number: int, setting: Setting) -> Row:
    """Return the row of `cell` in round `number`; a failure is a row with its reason.

    Raises:
        GeneratorError: The load generator is gone, so nothing more can be measured.
    """
    try:
        figures, process, noise = _measure(cell, number, setting)
    except GeneratorError:
        raise
    except CrossroadsError as error:
        return Row(cell=cell, round=number, reason=f"{error.problem}: {error.known}")
    return Row(
        cell=cell,
        round=number,
        figures=figures,
        noise=noise,
        process=process,
        unpinned=_is_unpinned(cell, setting),
    )


def server_environment(
    workload: Workload, root: Path, services: Mapping[Need, Beside]
) -> dict[str, str]:
    """Return the environment in which the example app serves `workload`."""
    environment = {
        "PYTHONPATH": os.pathsep.join((str(root / "example_app"), str(root / "snippets"))),
        "DJANGO_SECRET_KEY": "bench-" + "x" * 50,
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_INSECURE_HTTP": "1",
        "DESK_TOKEN": BENCH_TOKEN,
        "SHOW_PROCESS": "1",
    }
    if not workload.middleware:
        environment["BENCH_NO_MIDDLEWARE"] = "1"
    if "postgres" in workload.needs:
        # The same pool under every server, so that connecting is no part of the figure.
        environment["DATABASE_POOL"] = "8"
    for need in workload.needs:
        if need in services:
            environment |= services[need].env
    return {**environment, **workload.env}


def window_s(cell: Cell, profile: Profile) -> float:
    """Return how long the window of `cell` is, so that theory allows it enough requests."""
    workload = WORKLOADS[cell.workload]
    if workload.disturb_path:
        return profile.stall_window_s
    clients = cell.load.clients or 1
    limit = SERVERS[cell.server].at_once or cell.threads or clients
    at_once = min(clients, limit * cell.workers)
    # Half as many to spare: waiting is not all that a request does.
    shortest = max(profile.window_s, workload.long_window_s)
    return max(shortest, 1.5 * FEWEST_REQUESTS * workload.wait_s / at_once)


def _cores(cell: Cell) -> int:
    """Return how many cores the server of `cell` is to use."""
    workload = WORKLOADS[cell.workload]
    # Workers that only wait need no core each; where cores are given, they share those.
    is_computing = workload.cores == 1 and not workload.wait_s
    return cell.workers if is_computing else workload.cores


def _is_unpinned(cell: Cell, setting: Setting) -> bool:
    return bool(setting.server_cpus) and _cores(cell) > len(setting.server_cpus)


def _cpus(cell: Cell, setting: Setting) -> tuple[int, ...] | None:
    """Return the cores that the server is kept on; None leaves it where we are."""
    everything = (*setting.server_cpus, *setting.other_cpus)
    here, needed = len(everything) or usable_cores(), _cores(cell)
    if needed > here:
        raise CellError(
            f"the server needs {needed} cores",
            f"{here} can be used here",
            "measure on a machine with more cores",
        )
    # Said, because the server would inherit our own cores, which leave out its own.
    return everything[:needed] or None


@contextmanager
def _database_kept(workload: Workload, setting: Setting) -> Iterator[None]:
    """Keep PostgreSQL on as many cores as the workload says, so that a claim can count them."""
    cores = workload.database_cores
    if cores is None:
        yield
        return
    free = setting.other_cpus or tuple(range(usable_cores()))
    processes = setting.beside["postgres"].processes
    if not processes or (len(free) > cores and not setting.other_cpus):
        raise CellError(
            f"PostgreSQL cannot be kept on {cores} of the cores",
            "it is not ours" if not processes else "this system keeps no process on a core",
            "unset DATABASE_URL, and measure on Linux",
        )
    if len(free) > cores:
        # Who connects later inherits it.
        _keep(processes, free[-cores:])
    try:
        yield
    finally:
        if len(free) > cores:
            _keep(processes, free)


def _keep(processes: Sequence[Process], cpus: Sequence[int]) -> None:
    for member in (one for process in processes for one in process.tree()):
        with suppress(psutil.NoSuchProcess):
            member.cpu_affinity(list(cpus))


def _measure(
    cell: Cell, number: int, setting: Setting
) -> tuple[Figures, Mapping[str, str], tuple[str, ...]]:
    spec, workload = SERVERS[cell.server], WORKLOADS[cell.workload]
    for need in workload.needs:
        service = setting.beside.get(need, Beside(problem="it was not started"))
        if service.problem:
            raise CellError(f"no {NEEDS[need]}", service.problem, "see README.md, what a run needs")
    with ExitStack() as stack:
        stack.enter_context(_database_kept(workload, setting))
        server = start_server(
            setting.root / "snippets" / "servers" / spec.script,
            app=spec.app,
            threads=cell.threads,
            workers=cell.workers,
            env={**server_environment(workload, setting.root, setting.beside), **spec.env},
            cwd=setting.root / "example_app",
            cpus=_cpus(cell, setting),
        )
        # Its figures are read by then; a graceful end would cost a third of a cell's time.
        stack.callback(server.stop, grace_s=0.0)
        stack.enter_context(_blamed_on(server))
        process = _confirm(server, spec)
        path = workload.path(cell.view)
        body = _get(server.port, path, workload.headers)
        _await_workers(server, cell.workers)
        watch = _Watch(server, setting)
        result = setting.generator.run(
            LoadSpec(
                port=server.port,
                path=path,
                headers=dict(workload.headers),
                body=b64encode(body).decode(),
                warmup_s=setting.profile.warmup_s,
                window_s=window_s(cell, setting.profile),
                clients=cell.load.clients,
                rate=cell.load.rate,
                seed=number,
                disturb_path=workload.disturb_path,
                disturb_every_s=STALL_EVERY_S,
            ),
            on_start=watch.start,
            on_end=watch.end,
        )
        if not server.process.is_running():
            raise _died(server)
        figures = _figures(result, watch)
    _believe(figures, result)
    return figures, process, _noise(figures)


def _await_workers(server: Server, workers: int) -> None:
    """Return when all workers are loaded: one answers first, the others are busy until then."""
    if workers == 1:
        return
    deadline = time.monotonic() + 10.0
    before, now = -1.0, cpu_seconds([server.process])
    while now > before:
        if time.monotonic() > deadline:
            raise CellError(
                f"the {workers} workers did not come to rest",
                "they used CPU for 10 s before the first request",
                "read the server's log",
            )
        time.sleep(0.2)
        before, now = now, cpu_seconds([server.process])


@contextmanager
def _blamed_on(server: Server) -> Iterator[None]:
    """Say that the server died where that is why something else failed."""
    try:
        yield
    except CellError as error:
        # Its connections close a moment before its end is known.
        patience = time.monotonic() + 0.5
        while server.process.is_running():
            if time.monotonic() > patience:
                raise
            time.sleep(0.01)
        raise _died(server) from error


def _died(server: Server) -> CellError:
    return CellError("the server died", server.process.why_it_ended(), "read the server's log")


class _Watch:
    """What the machine did between the edges of a window."""

    def __init__(self, server: Server, setting: Setting) -> None:
        self.server = [server.process]
        self.beside = [one for service in setting.beside.values() for one in service.processes]
        self.threads = 0
        self.pss = 0.0
        self._over = Event()
        self._sampler = Thread(target=self._sample, daemon=True)

    def start(self) -> None:
        """Note the counters at the window's start."""
        self._sampler.start()
        self._begun = self._counters()

    def end(self) -> None:
        """Note the counters at the window's end."""
        ended = self._counters()
        self._over.set()
        self._sampler.join()
        self.pss = pss_mb(self.server)
        difference = [after - before for before, after in zip(self._begun, ended, strict=True)]
        self.seconds, self.server_s, self.beside_s, self.own_s, self.machine_s = difference

    def _counters(self) -> tuple[float, ...]:
        times = psutil.cpu_times()
        machine = sum(times[:3]) + sum(getattr(times, name, 0.0) for name in ("irq", "softirq"))
        own = os.times()
        return (
            time.perf_counter(),
            cpu_seconds(self.server),
            cpu_seconds(self.beside),
            own.user + own.system,
            machine,
        )

    def _sample(self) -> None:
        while True:
            self.threads = max(self.threads, thread_count(self.server))
            if self._over.wait(0.25):
                return


def _figures(result: LoadResult, watch: _Watch) -> Figures:
    answered = len(result.latencies_us)
    if result.errors or answered < FEWEST_REQUESTS:
        raise CellError(
            "wrong or missing answers" if result.errors else "too few answers",
            ", ".join(f"{count} × {kind}" for kind, count in sorted(result.errors.items()))
            or f"{answered} answers in {watch.seconds:.1f} s, {FEWEST_REQUESTS} are needed",
            "read the server's log",
        )
    busy = watch.server_s + watch.beside_s + watch.own_s + result.busy * watch.seconds
    ordered = sorted(result.latencies_us)
    lateness = sorted(result.lateness_us)
    return Figures(
        requests=answered,
        seconds=watch.seconds,
        rate=result.requests / watch.seconds,
        cpu_ms=1000 * watch.server_s / result.requests,
        beside_cpu_ms=1000 * watch.beside_s / result.requests,
        latency_ms={
            f"{q:g}": ordered[int(q * answered)] / 1000
            for q in QUANTILES
            if answered * min(q, 1 - q) >= BEYOND
        },
        server_busy=watch.server_s / watch.seconds,
        generator_busy=result.busy,
        foreign_busy=max(0.0, watch.machine_s - busy) / watch.seconds,
        lateness_p99_ms=lateness[int(0.99 * len(lateness))] / 1000 if lateness else 0.0,
        reconnects=result.reconnects,
        threads=watch.threads,
        pss_mb=watch.pss,
    )


def _believe(figures: Figures, result: LoadResult) -> None:
    if result.busy > GENERATOR_LIMIT:
        raise CellError(
            "the load generator was near its limit",
            f"it used {result.busy:.2f} cores, {GENERATOR_LIMIT} are allowed",
            "use fewer clients",
        )
    if figures.cpu_ms <= 0:
        raise CellError(
            "the server used no CPU that could be seen",
            f"{figures.requests} requests in {figures.seconds:.1f} s",
            "lengthen the window",
        )


def _noise(figures: Figures) -> tuple[str, ...]:
    noise = []
    if figures.foreign_busy > FOREIGN_LIMIT:
        noise.append(f"other work used {figures.foreign_busy:.1f} cores")
    if figures.lateness_p99_ms > LATENESS_LIMIT_MS:
        noise.append(f"requests were sent {figures.lateness_p99_ms:.0f} ms late")
    return tuple(noise)


def _confirm(server: Server, spec: ServerSpec) -> Mapping[str, str]:
    process: dict[str, str] = json.loads(_get(server.port, "/process/", {}))
    gil = "off" if "free-threaded" in this_python().build else "on"
    for key, expected in {"python": this_python().version, "gil": gil, **spec.expects}.items():
        if not process.get(key, "").startswith(expected):
            raise CellError(
                f"the server is not what it should be: {key} is {process.get(key, 'unknown')}",
                f"expected {expected}",
                "check that every package of requirements.txt is installed",
            )
    return {key: process[key] for key in SAID_OF_ITSELF}


def _get(port: int, path: str, headers: Mapping[str, str]) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        body = response.read()
    except (OSError, HTTPException) as error:
        raise CellError(f"{path} did not answer", repr(error), "read the server's log") from error
    finally:
        connection.close()
    if response.status != OK:
        raise CellError(
            f"{path} answered {response.status}",
            body[:200].decode(errors="replace"),
            "read the server's log",
        )
    return body
