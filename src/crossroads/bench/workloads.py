"""Every workload that is measured, as a table: a path of the example app and its settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

WAIT_MS = 100
"""How long the carrier of the `wait` workload takes."""

STALL_MS = 400
"""How long one request of the `stall` workload blocks the event loop."""

STALL_EVERY_S = 1.0
"""How often that happens."""

BENCH_TOKEN = "bench"  # noqa: S105 (of a server that lives for two seconds on 127.0.0.1)


type Need = Literal["postgres", "pgbouncer", "valkey", "carriers"]
"""A service that a workload cannot do without."""

NEEDS: Mapping[Need, str] = {
    "postgres": "PostgreSQL",
    "pgbouncer": "PgBouncer",
    "valkey": "Valkey",
    "carriers": "service of carriers",
}
"""What people call them."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What is asked of the example app, and what it needs for the answer."""

    id: str
    """Kebab-case, never changed: it is in every measurement."""
    title: str
    sync_path: str
    async_path: str
    middleware: bool = True
    """Whether startproject's middleware is on."""
    needs: frozenset[Need] = frozenset()
    """Services beside the server."""
    headers: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    cores: int = 1
    """Cores that the server may use; more than one where that is what is asked."""
    database_cores: int | None = None
    """Cores that PostgreSQL may use; None for all but the server's."""
    disturb_path: str | None = None
    """Requested now and then beside the load."""
    long_window_s: float = 0.0
    """Shortest window in s; longer than a profile's where a percentile needs many requests."""
    wait_s: float = 0.0
    """How long each request waits at least, whatever serves it."""

    def path(self, view: str) -> str:
        """Return the path for a view written as `view` says."""
        return self.async_path if view == "async" else self.sync_path


_CONNECTIONS: tuple[tuple[str, str, Need, str], ...] = (
    ("connect", "connecting for each request", "postgres", "0"),
    ("keep", "with a connection that each thread keeps", "postgres", "60"),
    ("pgbouncer", "connecting to PgBouncer for each request", "pgbouncer", "0"),
    ("pgbouncer-keep", "each thread keeping a connection to PgBouncer", "pgbouncer", "60"),
)
"""How else than through a pool the list gets its connection: id, title, need, CONN_MAX_AGE."""

WORKLOADS: Mapping[str, Workload] = {
    workload.id: workload
    for workload in (
        Workload(
            id="json",
            title="a few bytes of JSON, no middleware",
            sync_path="/health/",
            async_path="/health/async/",
            middleware=False,
        ),
        Workload(
            id="json-middleware",
            title="a few bytes of JSON, startproject's middleware",
            sync_path="/health/",
            async_path="/health/async/",
        ),
        Workload(
            id="json-one-middleware",
            title="a few bytes of JSON, one middleware that is only sync",
            sync_path="/health/",
            async_path="/health/async/",
            env={"DJANGO_SETTINGS_MODULE": "floor.one_middleware"},
        ),
        Workload(
            id="orm-list-cached",
            title="the same twenty parcels from a cache in Valkey",
            sync_path="/api/parcels/kept/",
            async_path="/api/parcels/kept/async/",
            needs=frozenset({"postgres", "valkey"}),
            headers={"Authorization": f"Bearer {BENCH_TOKEN}"},
        ),
        Workload(
            id="quote",
            title="one quote, computed in the view",
            sync_path="/rates/one/",
            async_path="/rates/one/async/",
            env={"CARRIER_LATENCY_MS": "0"},
        ),
        Workload(
            id="call",
            title="one quote, asked for over HTTP, answered at once",
            sync_path="/rates/one/",
            async_path="/rates/one/async/",
            needs=frozenset({"carriers"}),
        ),
        Workload(
            id="call-new-client",
            title="the same, with an HTTP client built for the request",
            sync_path="/rates/one/new-client/",
            async_path="/rates/one/new-client/",
            needs=frozenset({"carriers"}),
        ),
        *(
            Workload(
                id=f"five-{how}",
                title=f"waits for five carriers, {title}",
                sync_path=sync_path,
                async_path=async_path,
                env={"CARRIER_LATENCY_MS": str(WAIT_MS)},
                wait_s=waits * WAIT_MS / 1000,
            )
            for how, title, sync_path, async_path, waits in (
                (
                    "row",
                    "one after another",
                    "/rates/five/sequence/",
                    "/rates/five/sequence/async/",
                    5,
                ),
                ("threads", "in a pool of threads", "/rates/five/threads/", "", 1),
                ("gather", "gathered", "", "/rates/five/gather/", 1),
            )
        ),
        Workload(
            id="knee",
            title="one wait for a carrier, at a rate that does not mind the answers",
            sync_path="/rates/one/",
            async_path="/rates/one/async/",
            env={"CARRIER_LATENCY_MS": str(WAIT_MS)},
            wait_s=WAIT_MS / 1000,
            long_window_s=4.0,
        ),
        Workload(
            id="hold",
            title="one wait for a carrier, for the memory of the server",
            sync_path="/rates/one/",
            async_path="/rates/one/async/",
            env={"CARRIER_LATENCY_MS": str(WAIT_MS)},
            # The kernel may give all connections to one worker, however many there are.
            long_window_s=1.5,
            wait_s=WAIT_MS / 1000,
        ),
        Workload(
            id="orm-list",
            title="twenty parcels with customer, depot and events from PostgreSQL",
            sync_path="/api/parcels/",
            async_path="/api/parcels/async/",
            needs=frozenset({"postgres"}),
            headers={"Authorization": f"Bearer {BENCH_TOKEN}"},
        ),
        *(
            Workload(
                id=f"{query}{suffix}",
                title=f"{title}, {through}",
                sync_path=f"/measured/{path}/{backend}",
                async_path=f"/measured/{path}/{backend or 'async/'}",
                needs=frozenset({"postgres"}),
                env={"DJANGO_SETTINGS_MODULE": "async_backend.measured_settings", **switch}
                | {pool: str(size) for pool in ("DATABASE_POOL", "ASYNC_POOL")},
                wait_s=wait_s,
            )
            for query, title, path, size, wait_s in (
                # A connection for each of 32 clients: what is compared is who waits for it.
                ("query-wait", "one query that waits in PostgreSQL", "wait", 32, WAIT_MS / 1000),
                ("joined-list", "twenty parcels in one query", "rows", 8, 0.0),
            )
            for suffix, through, backend, switch in (
                ("", "through Django's ORM", "", {}),
                ("-backend", "through django-async-backend", "backend/", {"ASYNC_ORM": "1"}),
            )
        ),
        *(
            Workload(
                id=f"orm-list-{how}",
                title=f"the same twenty parcels, {title}",
                sync_path="/api/parcels/",
                async_path="/api/parcels/async/",
                needs=frozenset({need}),
                headers={"Authorization": f"Bearer {BENCH_TOKEN}"},
                env={"DATABASE_POOL": "", "DATABASE_CONN_MAX_AGE": kept_s},
                # To connect is slow, and few of them fit into a short window.
                long_window_s=1.0,
            )
            for how, title, need, kept_s in _CONNECTIONS
        ),
        Workload(
            id="report",
            title="a report for which PostgreSQL computes, on a core of its own",
            sync_path="/api/parcels/rush/",
            async_path="",
            needs=frozenset({"postgres"}),
            headers={"Authorization": f"Bearer {BENCH_TOKEN}"},
            # A connection for each thread, which keeps it.
            env={"DATABASE_POOL": "", "DATABASE_CONN_MAX_AGE": "60"},
            database_cores=1,
            # All of many queries at once end late, and nearly together.
            long_window_s=1.5,
        ),
        *(
            Workload(
                id=name,
                title=f"one parcel and its customer from PostgreSQL, {middleware}",
                sync_path="/api/parcels/DX00000042/customer/",
                async_path="/api/parcels/DX00000042/customer/async/",
                middleware=name != "parcel",
                needs=frozenset({"postgres"}),
                headers={"Authorization": f"Bearer {BENCH_TOKEN}"},
            )
            for name, middleware in (
                ("parcel", "no middleware"),
                ("parcel-middleware", "startproject's middleware"),
            )
        ),
        Workload(
            id="parcel-raw",
            title="the same parcel without the ORM, no middleware",
            sync_path="/api/parcels/DX00000042/customer/raw/",
            async_path="",
            middleware=False,
            needs=frozenset({"postgres"}),
            headers={"Authorization": f"Bearer {BENCH_TOKEN}"},
        ),
        Workload(
            id="wait",
            title="one wait for a carrier",
            sync_path="/rates/one/",
            async_path="/rates/one/async/",
            env={"CARRIER_LATENCY_MS": str(WAIT_MS)},
            wait_s=WAIT_MS / 1000,
        ),
        Workload(
            id="cpu",
            title="planning a tour in Python",
            sync_path="/routes/plan/",
            async_path="/routes/plan/async/",
        ),
        Workload(
            id="cpu-cores",
            title="planning tours in Python, with two cores to use",
            sync_path="/routes/plan/",
            async_path="/routes/plan/async/",
            cores=2,
        ),
        Workload(
            id="stall",
            title="a few bytes of JSON while another view blocks the event loop",
            sync_path="/health/",
            async_path="/health/async/",
            env={"CARRIER_LATENCY_MS": str(STALL_MS)},
            disturb_path="/rates/one/blocking/",
        ),
    )
}
"""All workloads by id."""
