"""Which cells a run measures, how often and how long."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf

from crossroads.bench.servers import SERVERS
from crossroads.measurements.model import Cell, Load, View

CLIENTS = 16
"""Closed-loop clients of the JSON and ORM workloads: enough to keep one server core busy."""

CPU_CLIENTS = 8
"""Closed-loop clients of the CPU workload: few, or a window sees no request end."""

KNEE_RATES = (20.0, 40.0, 60.0, 72.0, 78.0, 88.0)
"""Requests per second of the open loops on a pool of threads."""

STALL_RATE = 100.0
"""Requests per second of the open loop on a stalling server."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A set of cells with their rounds and times."""

    name: str
    cells: tuple[Cell, ...]
    rounds: int
    """Rounds that every run has."""
    decisive: frozenset[str]
    """Ids of the cells that claims rest on; only they are measured in further rounds."""
    most_rounds: int
    """Rounds that the decisive cells have when there is time."""
    limit_s: float
    """A run on course for longer adds no round and repeats no disturbed window."""
    window_s: float
    """Time in which requests count; longer where a cell's waits allow too few of them."""
    warmup_s: float
    """Load before the window."""
    stall_window_s: float
    """Window of the `stall` cells, which must hold whole stalls."""

    def cells_of(self, number: int) -> tuple[Cell, ...]:
        """Return what round `number` measures: every cell, or in a further round the decisive."""
        if number <= self.rounds:
            return self.cells
        return tuple(cell for cell in self.cells if cell.id in self.decisive)


def cell(  # noqa: PLR0913 (a cell has this many sides)
    workload: str,
    server: str,
    view: View | None = None,
    *,
    clients: int = CLIENTS,
    rate: float | None = None,
    threads: int | None = None,
    workers: int = 1,
) -> Cell:
    """Return a cell, with the server's own view kind and threads where none are given."""
    spec = SERVERS[server]
    load = Load(rate=rate) if rate else Load(clients=clients)
    return Cell(
        server=server,
        workload=workload,
        view=view or spec.views[0],
        load=load,
        threads=threads or spec.threads,
        workers=workers,
    )


def _decisive() -> Iterator[Cell]:
    """Give the cells that the first claims of the site rest on; every profile has them."""
    yield cell("json", "granian-wsgi")
    yield cell("json", "uvicorn", "async")
    yield cell("json", "fastapi", "async")
    for server in ("gunicorn-sync", "gunicorn-gthread", "granian-wsgi"):
        yield cell("json-middleware", server)
    yield cell("json-middleware", "uvicorn", "sync")
    yield cell("json-middleware", "uvicorn", "async")
    yield cell("json-one-middleware", "uvicorn", "async")
    yield cell("orm-list", "gunicorn-gthread")
    yield cell("orm-list-cached", "gunicorn-gthread")
    yield cell("orm-list", "uvicorn", "sync")
    yield cell("quote", "gunicorn-gthread")
    yield cell("call", "gunicorn-gthread")
    yield cell("call", "uvicorn", "async")
    yield cell("call-new-client", "uvicorn", "async", clients=CPU_CLIENTS)
    for clients in (1, 8, 32):
        yield cell("wait", "gunicorn-gthread", clients=clients)
    for clients in (1, 32):
        yield cell("wait", "uvicorn", "async", clients=clients)
    # With two cores: on a core of its own, a second thread could gain nothing anyway.
    for threads in (1, 8):
        yield cell("cpu-cores", "gunicorn-gthread", clients=CPU_CLIENTS, threads=threads)
    # Sync workers, which take one request at a time: a gthread worker keeps the connections that
    # it took, so of two the one may have nearly all.
    for workers in (1, 2):
        yield cell("cpu-cores", "gunicorn-sync", clients=CPU_CLIENTS, workers=workers)
    yield cell("cpu", "uvicorn", "sync", clients=CPU_CLIENTS)
    yield cell("cpu", "fastapi", "sync", clients=CPU_CLIENTS)


def _decisive_in_full() -> Iterator[Cell]:
    """Give the further cells that claims rest on, for which a quick run has no time."""
    yield cell("cpu-cores", "gunicorn-sync", clients=CPU_CLIENTS, workers=4)
    yield cell("orm-list", "uvicorn", "async")
    # As many threads as clients, and as many connections.
    yield cell("query-wait", "gunicorn-gthread", clients=32, threads=32)
    yield cell("query-wait", "uvicorn", "async", clients=32)
    yield cell("query-wait-backend", "uvicorn", "async", clients=32)
    yield cell("orm-list-keep", "gunicorn-gthread")
    yield cell("orm-list-connect", "uvicorn", "sync")
    for threads in (4, 32):
        yield cell("report", "gunicorn-gthread", clients=threads, threads=threads)
    yield cell("parcel", "uvicorn", "async")
    yield cell("parcel", "fastapi", "async")
    for workload in ("parcel", "parcel-raw"):
        yield cell(workload, "gunicorn-gthread")


def _quick() -> Iterator[Cell]:
    yield cell("json", "gunicorn-gthread")
    yield cell("json", "uvicorn", "sync")
    yield cell("json", "bare-wsgi")
    yield cell("json", "bare-asgi")
    yield cell("cpu", "gunicorn-gthread", clients=CPU_CLIENTS)
    yield from _stall()


def _full() -> Iterator[Cell]:
    for workload in ("json", "json-middleware"):
        yield from _everywhere(workload)
    yield from _full_orm()
    yield from _full_connections()
    yield from _full_wait()
    for server in ("gunicorn-gthread", "gunicorn-gevent", "granian-wsgi"):
        yield cell("cpu", server, clients=CPU_CLIENTS)
    for server in ("gunicorn-asgi", "granian-asgi"):
        yield cell("cpu", server, "sync", clients=CPU_CLIENTS)
    yield cell("cpu", "uvicorn", "async", clients=CPU_CLIENTS)
    yield from _full_frameworks()
    yield from _full_costs()
    yield from _full_threads()
    yield from _stall()


def _full_frameworks() -> Iterator[Cell]:
    for server in ("ninja", "fastapi"):
        yield cell("cpu", server, "async", clients=CPU_CLIENTS)
    for workload in ("parcel", "parcel-middleware"):
        for server in ("gunicorn-gthread", "granian-wsgi", "uvicorn", "ninja"):
            for view in SERVERS[server].views:
                yield cell(workload, server, view)
    for server in ("gunicorn-gthread", "granian-wsgi", "uvicorn"):
        yield cell("parcel-raw", server, "sync")
    yield cell("parcel", "fastapi", "sync")


def _full_costs() -> Iterator[Cell]:
    yield cell("json-one-middleware", "uvicorn", "sync")
    yield cell("json-one-middleware", "gunicorn-gthread")
    yield cell("orm-list-cached", "uvicorn", "sync")
    yield cell("quote", "uvicorn", "async")
    for server in ("gunicorn-gthread", "uvicorn"):
        yield cell("five-row", server, "sync", clients=1)
        yield cell("five-threads", server, "sync", clients=1)
        yield cell("five-gather", server, "async", clients=1)
    yield cell("five-row", "uvicorn", "async", clients=1)


def _full_threads() -> Iterator[Cell]:
    # Eight threads that wait 100 ms serve 80 requests per second: up to there, and beyond.
    for rate in KNEE_RATES:
        yield cell("knee", "gunicorn-gthread", rate=rate)
    yield cell("cpu-cores", "gunicorn-gthread", clients=CPU_CLIENTS, threads=1, workers=2)
    for threads, workers in ((1, 8), (2, 4), (4, 2), (8, 1)):
        yield cell("hold", "gunicorn-gthread", clients=8, threads=threads, workers=workers)
    for threads, workers in ((8, 4), (32, 1)):
        yield cell("hold", "gunicorn-gthread", clients=32, threads=threads, workers=workers)


def _everywhere(workload: str) -> Iterator[Cell]:
    for server in SERVERS.values():
        # Apps that are not Django have no middleware to switch on.
        if workload == "json" or server.app is None:
            for view in server.views:
                yield cell(workload, server.id, view)


def _full_orm() -> Iterator[Cell]:
    for server in ("gunicorn-sync", "gunicorn-gthread", "gunicorn-gevent", "granian-wsgi"):
        yield cell("orm-list", server)
    for server in ("gunicorn-asgi", "uvicorn", "granian-asgi"):
        yield cell("orm-list", server, "sync")
        yield cell("orm-list", server, "async")
    yield cell("query-wait", "uvicorn", "sync", clients=32)
    yield cell("joined-list", "gunicorn-gthread")
    yield cell("joined-list", "uvicorn", "async")
    yield cell("joined-list-backend", "uvicorn", "async")


def _full_connections() -> Iterator[Cell]:
    yield cell("orm-list-pgbouncer-keep", "gunicorn-gthread")
    yield cell("orm-list-pgbouncer", "uvicorn", "sync")
    for threads in (1, 2, 8, 16):
        yield cell("report", "gunicorn-gthread", clients=threads, threads=threads)


def _full_wait() -> Iterator[Cell]:
    for clients in (1, 8):
        yield cell("wait", "gunicorn-sync", clients=clients)
    for clients in (1, 4, 8, 16, 32, 64):
        yield cell("wait", "gunicorn-gthread", clients=clients)
    for clients in (32, 64):
        yield cell("wait", "gunicorn-gthread", clients=clients, threads=64)
    yield cell("wait", "granian-wsgi", clients=64, threads=64)
    for clients in (1, 8, 32, 64):
        yield cell("wait", "uvicorn", "sync", clients=clients)
        yield cell("wait", "uvicorn", "async", clients=clients)


def _stall() -> Iterator[Cell]:
    yield cell("stall", "uvicorn", "async", clients=4)
    yield cell("stall", "uvicorn", "async", rate=STALL_RATE)


def _once(*cells: Cell) -> tuple[Cell, ...]:
    return tuple(dict.fromkeys(cells))


def _ids(cells: Iterable[Cell]) -> frozenset[str]:
    return frozenset(one.id for one in cells)


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="quick",
            cells=_once(*_decisive(), *_quick()),
            decisive=_ids(_decisive()),
            rounds=2,
            most_rounds=3,
            limit_s=138.0,
            window_s=0.5,
            warmup_s=0.15,
            stall_window_s=1.5,
        ),
        Profile(
            name="full",
            cells=_once(*_decisive(), *_decisive_in_full(), *_full()),
            decisive=_ids((*_decisive(), *_decisive_in_full())),
            rounds=3,
            most_rounds=5,
            limit_s=inf,
            window_s=1.2,
            warmup_s=0.4,
            stall_window_s=10.0,
        ),
    )
}
"""All profiles by name."""
