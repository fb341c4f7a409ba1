"""A measurement as values: cells, rounds of figures, and the run that holds them.

A run carries its machine, versions and interpreter, so that a figure can never be
read without knowing where it was measured, nor mixed with one from elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

type View = Literal["sync", "async", "none"]
"""How the view is written; `none` for apps without Django views."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The computer of a run. Two runs compare only when their machines are equal."""

    cpu: str
    """Model name of the processor."""
    cores: int
    """Logical cores that the run could use."""
    memory_gib: int
    """Physical memory, rounded to GiB."""
    system: str
    """Operating system and architecture, such as `Linux x86_64`."""


@dataclass(frozen=True, kw_only=True)
class Python:
    """The interpreter that ran the servers, as the servers themselves reported it."""

    version: str
    """Such as `3.14.7`."""
    build: str
    """Implementation and build, such as `CPython, GIL`."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the generator sends: `clients` for a closed loop, `rate` for an open one."""

    clients: int | None = None
    """Closed loop: connections that each send the next request when the last is answered."""
    rate: float | None = None
    """Open loop: requests per second that fall due whether or not earlier ones are answered."""

    def __str__(self) -> str:
        """Return the form used in cell ids: `c16` or `r100`."""
        return f"c{self.clients}" if self.clients is not None else f"r{self.rate:g}"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One combination that is measured: this server, this workload, this load."""

    server: str
    """Id in `bench/servers.py`, such as `gunicorn-gthread`."""
    workload: str
    """Id in `bench/workloads.py`, such as `json-middleware`."""
    view: View
    load: Load
    threads: int | None = None
    """Threads that the server was told to use; None where it has no such setting."""
    workers: int = 1
    """Worker processes that the server was told to use."""

    @property
    def id(self) -> str:
        """Return the cell's name: `json:uvicorn:async:c16`.

        It ends in `:t8` where threads are set, and in `:w2` with more than one worker.
        """
        name = f"{self.workload}:{self.server}:{self.view}:{self.load}"
        threads = "" if self.threads is None else f":t{self.threads}"
        return name + threads + ("" if self.workers == 1 else f":w{self.workers}")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one window of load on a fresh server gave. Errors are zero, or it is no figure."""

    requests: int
    """Answers, all of them right and whole, whose latency is known."""
    seconds: float
    """Length of the window."""
    rate: float
    """Requests per second, each counted by the part of its life that lies in the window."""
    cpu_ms: float
    """CPU of the server's whole process tree per request, in ms."""
    beside_cpu_ms: float
    """CPU of the database and other services beside it per request, in ms."""
    latency_ms: Mapping[str, float]
    """Quantile to latency in ms, such as `{"0.5": 1.7}`; only quantiles that the
    number of requests supports (ten samples beyond it)."""
    server_busy: float
    """Cores the server's process tree used, 1.0 being one core all the time."""
    generator_busy: float
    """Cores that the load generator used; above 0.7 the cell is refused."""
    foreign_busy: float
    """Cores used by neither server, generator nor services: the machine's other work."""
    lateness_p99_ms: float
    """How late the generator sent its requests, 99th percentile in ms."""
    reconnects: int
    """Connections that the server closed and the generator opened again."""
    threads: int
    """Most OS threads seen in the server's process tree."""
    pss_mb: float
    """Proportional set size of the server's process tree after the window, in MB
    (resident size where the system has no such figure)."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cell in one round: its figures, or the reason why there are none."""

    cell: Cell
    round: int
    figures: Figures | None = None
    reason: str | None = None
    """Why the cell failed; None when it holds figures."""
    noise: tuple[str, ...] = ()
    """What disturbed the window, such as `foreign CPU 0.6 cores`; empty when quiet."""
    process: Mapping[str, str] = field(default_factory=dict)
    """What the server said of itself: python, gil, loop, versions."""
    unpinned: bool = False
    """Whether the server shared all cores with the generator, though the run is pinned: its
    workers are more than a core of its own could show."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One finished run of the harness, as one file holds it."""

    profile: str
    """`quick` or `full`."""
    started: str
    """ISO 8601, UTC."""
    finished: str
    machine: Machine
    python: Python
    versions: Mapping[str, str]
    """Package to version, of every package that a server under test may load."""
    code: str
    """Digest of everything the servers execute and the harness that measures them."""
    lock: str
    """Digest of requirements.txt."""
    pinned: bool
    """Whether server and generator each had a core of their own, except on rows that say
    they are `unpinned`."""
    seed: int
    """Seed of the order of cells."""
    rows: tuple[Row, ...]
