"""Every workload that is measured, as a table: a path of the example app and its settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

WAIT_MS = 100
"""How long the carrier of the `wait` workload takes."""

STALL_MS = 400
"""How long one request of the `stall` workload blocks the event loop."""

STALL_EVERY_S = 1.0
"""How often that happens."""

BENCH_TOKEN = "bench"  # noqa: S105 (of a server that lives for two seconds on 127.0.0.1)


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
    needs_postgres: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    all_cores: bool = False
    """Whether the server may use every core, because that is what is asked."""
    disturb_path: str | None = None
    """Requested now and then beside the load."""
    wait_s: float = 0.0
    """How long each request waits at least, whatever serves it."""

    def path(self, view: str) -> str:
        """Return the path for a view written as `view` says."""
        return self.async_path if view == "async" else self.sync_path


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
            id="orm-list",
            title="twenty parcels with customer, depot and events from PostgreSQL",
            sync_path="/api/parcels/",
            async_path="/api/parcels/async/",
            needs_postgres=True,
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
            title="planning tours in Python, with every core free to use",
            sync_path="/routes/plan/",
            async_path="/routes/plan/async/",
            all_cores=True,
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
