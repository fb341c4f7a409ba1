"""The charts of the site, one function each. A chart holds no number of its own."""

from collections.abc import Mapping
from dataclasses import replace

from crossroads.bench.workloads import WAIT_MS
from crossroads.measurements.model import Run
from crossroads.site.data import Lanes
from crossroads.site.dots import Panel, dots
from crossroads.site.figure import Drawing, Figure, Plan, figure
from crossroads.site.lines import percentiles, rates, saturated, waits
from crossroads.site.summary import (
    ALONE,
    CPU,
    DATABASE_CPU,
    MEMORY,
    RATE,
    Measure,
    Summary,
    latency,
    summarize,
)

_DOTS = (
    "A dot is the geometric mean over rounds, a tick one round, a line the 95 % interval "
    "(from three rounds on)"
)
_OUTSIDE = (("outside", "reference from outside Django"),)
_ORMS = ("Django's ORM", "django-async-backend")
_QUANTILES = ("0.5", "0.9", "0.95", "0.99", "0.999")


def cpu_per_request(lanes: Lanes) -> Figure:
    """Return CPU per request by server, without middleware and with startproject's."""
    names = ("no middleware", "startproject middleware")

    def show(run: Run) -> Drawing:
        series = dict(zip(("json", "json-middleware"), names, strict=True))
        found = _by_workload(run, series, CPU)
        return _dotted(found, names, [(CPU, "CPU per request, ms (log scale)")])

    return figure(
        Plan(
            name="cpu-per-request",
            title="CPU that the server spends on one trivial JSON request",
            reading=f"{_DOTS}; further left is cheaper. Sorted by the cost without middleware.",
            key=names,
            marks=_OUTSIDE,
            show=show,
        ),
        lanes,
    )


def middleware_cost(lanes: Lanes) -> Figure:
    """Return CPU per request with no middleware, one that is sync-only, and startproject's."""
    names = ("no middleware", "one that is sync-only", "startproject middleware")
    workloads = ("json", "json-one-middleware", "json-middleware")

    def show(run: Run) -> Drawing:
        found = _by_workload(run, dict(zip(workloads, names, strict=True)), CPU)
        compared = {summary.label for summary in found if summary.series == names[1]}
        kept = tuple(summary for summary in found if summary.label in compared)
        return _dotted(kept, names, [(CPU, "CPU per request, ms (log scale)")])

    return figure(
        Plan(
            name="middleware-cost",
            title="CPU of one trivial JSON request, by its middleware",
            reading=f"{_DOTS}; further left is cheaper. Under ASGI each method of startproject's "
            "middleware goes to a thread and back by itself.",
            key=names,
            show=show,
        ),
        lanes,
    )


def calls(lanes: Lanes) -> Figure:
    """Return CPU per request of a quote: computed, asked for, and with a client of its own."""
    names = ("computed in the view", "asked for over HTTP", "with a client built for it")
    workloads = ("quote", "call", "call-new-client")

    def show(run: Run) -> Drawing:
        found = _by_workload(run, dict(zip(workloads, names, strict=True)), CPU)
        return _dotted(found, names, [(CPU, "CPU per request, ms (log scale)")])

    return figure(
        Plan(
            name="calls",
            title="CPU that one quote costs the server that asks for it",
            reading=f"{_DOTS}; further left is cheaper. The service that is asked answers at once, "
            "and its own CPU is not counted.",
            key=names,
            show=show,
        ),
        lanes,
    )


def fan_out(lanes: Lanes) -> Figure:
    """Return the latency of a page that waits for five carriers, by how it asks them."""
    names = ("one after another", "in a pool of threads", "gathered")
    workloads = ("five-row", "five-threads", "five-gather")

    def show(run: Run) -> Drawing:
        found = _by_workload(run, dict(zip(workloads, names, strict=True)), ALONE)
        return _dotted(found, names, [(ALONE, "latency of a single client, ms (log scale)")])

    return figure(
        Plan(
            name="fan-out",
            title=f"Latency of a page that waits for five carriers, {WAIT_MS} ms each",
            reading=f"{_DOTS}; further left is sooner. In theory all five waits in a row, or one "
            "where they overlap.",
            key=names,
            show=show,
        ),
        lanes,
    )


def knee(lanes: Lanes) -> Figure:
    """Return latency against the rate of requests for a pool of threads, up to its limit."""
    names = ("median (p50), ms", "75th percentile (p75), ms")

    def show(run: Run) -> Drawing:
        found = tuple(
            summary
            for name, quantile in zip(names, ("0.5", "0.75"), strict=True)
            for summary in summarize(run, "knee", [latency(quantile)], series=name)
        )
        return Drawing(
            summaries=found, chart=lambda width, narrow: rates(found, names, width, narrow=narrow)
        )

    return figure(
        Plan(
            name="knee",
            title="Latency of a view that waits, as more requests per second come",
            reading="Requests come at a fixed rate, whether or not earlier ones are answered. The "
            "dashed line is what the threads can serve: threads divided by the wait. Beyond it "
            "the queue grows for as long as the load lasts. The latency is on a logarithmic scale.",
            key=names,
            marks=(("theory", "threads divided by the wait"),),
            show=show,
        ),
        lanes,
    )


def memory(lanes: Lanes) -> Figure:
    """Return the memory of a server whose requests all wait, by processes and threads."""
    names = ("under load",)

    def show(run: Run) -> Drawing:
        found = summarize(run, "hold", [MEMORY], series=names[0])
        return _dotted(found, names, [(MEMORY, "memory, MB (log scale)")])

    return figure(
        Plan(
            name="memory",
            title="Memory of a server, by processes and threads, for as many requests at once",
            reading=f"{_DOTS}; further left is less. Memory is proportional set size: what "
            "processes share is divided among them. Workers load the app for themselves.",
            key=names,
            show=show,
        ),
        lanes,
    )


def waiting_throughput(lanes: Lanes) -> Figure:
    """Return throughput against clients for a view that waits, with what theory allows."""
    return figure(
        Plan(
            name="waiting-throughput",
            title="Requests per second of a view that only waits, by concurrent clients",
            reading="Each panel is one server. The dashed line is what theory allows: clients "
            "divided by the wait, up to threads divided by the wait. Both scales are logarithmic.",
            key=("requests per second",),
            marks=(("theory", "clients or threads, divided by the wait"),),
            show=lambda run: _waiting(run, {"requests per second": RATE}),
        ),
        lanes,
    )


def waiting_latency(lanes: Lanes) -> Figure:
    """Return latency against clients for a view that waits, with what theory allows."""
    measures = {"median (p50), ms": latency("0.5"), "95th percentile (p95), ms": latency("0.95")}
    return figure(
        Plan(
            name="waiting-latency",
            title="Latency of a view that only waits, by concurrent clients",
            reading="Each panel is one server. The dashed line is what theory allows: the wait "
            "itself, and beyond the last thread the wait in the queue. Both scales are "
            "logarithmic.",
            key=tuple(measures),
            marks=(("theory", "the wait, and the queue for a thread"),),
            show=lambda run: _waiting(run, measures),
        ),
        lanes,
    )


def cpu_views(lanes: Lanes) -> Figure:
    """Return CPU and throughput of a view that computes, by server."""
    names = ("view in pure Python",)

    def show(run: Run) -> Drawing:
        found = summarize(run, "cpu", [CPU, RATE], series=names[0])
        titles = [(CPU, "CPU per request, ms (log scale)"), (RATE, "requests per second (log)")]
        return _dotted(found, names, titles)

    return figure(
        Plan(
            name="cpu-views",
            title="CPU per request and throughput of a view that computes",
            reading=f"{_DOTS}. Rows are the same in both panels, sorted by CPU per request.",
            key=names,
            show=show,
        ),
        lanes,
    )


def cpu_cores(lanes: Lanes) -> Figure:
    """Return throughput of a view that computes, by threads and workers, on two cores."""
    names = ("view in pure Python",)

    def show(run: Run) -> Drawing:
        found = summarize(run, "cpu-cores", [RATE], series=names[0])
        return _dotted(found, names, [(RATE, "requests per second (log scale)")])

    return figure(
        Plan(
            name="cpu-cores",
            title="Throughput of a view that computes on two cores, by threads and workers",
            reading=f"{_DOTS}; further right is more. Two cores were there to use, so what "
            "one process did not gain with threads was held back by the GIL.",
            key=names,
            show=show,
        ),
        lanes,
    )


def orm_list(lanes: Lanes) -> Figure:
    """Return CPU of the server and of what is beside it for a list, also from a cache."""
    names = ("from the database", "kept in a cache")

    def show(run: Run) -> Drawing:
        series = dict(zip(("orm-list", "orm-list-cached"), names, strict=True))
        found = _by_workload(run, series, CPU, DATABASE_CPU)
        titles = [(CPU, "server CPU per request, ms"), (DATABASE_CPU, "database CPU, ms")]
        return _dotted(found, names, titles)

    return figure(
        Plan(
            name="orm-list",
            title="CPU of the server, and of PostgreSQL and the cache, for one list view",
            reading=f"{_DOTS}; both scales are logarithmic. Sorted by the server's CPU.",
            key=names,
            show=show,
        ),
        lanes,
    )


def list_connections(lanes: Lanes) -> Figure:
    """Return throughput and database CPU of the list, by how a request gets its connection."""
    names = ("without a pool", "with a pool", "through PgBouncer")
    cells = (
        ("orm-list-keep", "gunicorn-gthread", names[0]),
        ("orm-list-connect", "uvicorn", names[0]),
        ("orm-list", "gunicorn-gthread", names[1]),
        ("orm-list", "uvicorn", names[1]),
        ("orm-list-pgbouncer-keep", "gunicorn-gthread", names[2]),
        ("orm-list-pgbouncer", "uvicorn", names[2]),
    )

    def show(run: Run) -> Drawing:
        found = tuple(
            summary
            for workload, server, series in cells
            for summary in summarize(run, workload, [RATE, DATABASE_CPU], series=series)
            if (summary.cell.server, summary.cell.view) == (server, "sync")
        )
        titles = [(RATE, "requests per second"), (DATABASE_CPU, "database CPU, ms")]
        return _dotted(found, names, titles)

    return figure(
        Plan(
            name="list-connections",
            title="One list view, by how its requests get a connection",
            reading=f"{_DOTS}; both scales are logarithmic. Without a pool, a thread of gthread "
            "keeps its connection (CONN_MAX_AGE), and each request under uvicorn makes one. "
            "PostgreSQL asked for no password here; with one, that is dearer.",
            key=names,
            show=show,
        ),
        lanes,
    )


def saturation(lanes: Lanes) -> Figure:
    """Return latency and throughput of a report against the connections that ask for it."""
    measures = {"median (p50), ms": latency("0.5"), "requests per second": RATE}

    def show(run: Run) -> Drawing:
        found = tuple(
            summary
            for series, measure in measures.items()
            for summary in summarize(run, "report", [measure], series=series)
        )
        return Drawing(
            summaries=found,
            chart=lambda width, narrow: saturated(found, tuple(measures), width, narrow=narrow),
        )

    return figure(
        Plan(
            name="saturation",
            title="A report for which PostgreSQL computes on one core, by connections",
            reading="Each connection belongs to a thread that asks again as soon as it has its "
            "answer. Both scales are logarithmic. Once the core is busy, more connections wait "
            "longer and are answered no sooner.",
            key=tuple(measures),
            show=show,
        ),
        lanes,
    )


def waiting_queries(lanes: Lanes) -> Figure:
    """Return throughput and CPU of a query that waits, by who waits for it."""

    def show(run: Run) -> Drawing:
        titles = [(RATE, "requests per second"), (CPU, "CPU per request, ms")]
        return _by_orm(run, "query-wait", titles)

    return figure(
        Plan(
            name="waiting-queries",
            title=f"A query that waits in PostgreSQL for {WAIT_MS} ms, by who waits for it",
            reading=f"{_DOTS}; both scales are logarithmic. Every client has a connection, and "
            "under gthread a thread. In theory all answer as many requests: clients divided by the "
            "wait.",
            key=_ORMS,
            show=show,
        ),
        lanes,
    )


def joined_list(lanes: Lanes) -> Figure:
    """Return CPU of server and database for a list in one query, by who waits for it."""

    def show(run: Run) -> Drawing:
        titles = [(CPU, "server CPU, ms"), (DATABASE_CPU, "database CPU, ms")]
        return _by_orm(run, "joined-list", titles)

    return figure(
        Plan(
            name="joined-list",
            title="CPU for a list that is asked for in one query, by who waits for it",
            reading=f"{_DOTS}; both scales are logarithmic, further left is cheaper. The query is "
            "the same: one that needs no prefetch, which only Django's ORM has.",
            key=_ORMS,
            show=show,
        ),
        lanes,
    )


def coordinated_omission(lanes: Lanes) -> Figure:
    """Return latency by percentile of one stalling server, seen by two kinds of load."""
    names = ("closed loop", "open loop")

    def show(run: Run) -> Drawing:
        found = tuple(
            replace(summary, series=names[summary.cell.load.clients is None])
            for summary in summarize(run, "stall", [latency(quantile) for quantile in _QUANTILES])
        )
        return Drawing(
            summaries=found,
            chart=lambda width, narrow: percentiles(found, names, width, narrow=narrow),
        )

    return figure(
        Plan(
            name="coordinated-omission",
            title="Latency of one stalling server, as a closed and as an open loop report it",
            reading="Further right are the slower requests. A closed loop stops asking while the "
            "server stalls, an open loop counts from the moment a request fell due. A percentile "
            "is missing where too few requests lie beyond it.",
            key=names,
            show=show,
        ),
        lanes,
    )


def _dotted(
    found: tuple[Summary, ...], key: tuple[str, ...], titles: list[tuple[Measure, str]]
) -> Drawing:
    panels = [
        Panel(title=title, summaries=tuple(s for s in found if s.measure is measure))
        for measure, title in titles
    ]
    return Drawing(
        summaries=found, chart=lambda width, narrow: dots(panels, key, width, stacked=narrow)
    )


def _by_orm(run: Run, workload: str, titles: list[tuple[Measure, str]]) -> Drawing:
    series = dict(zip((workload, f"{workload}-backend"), _ORMS, strict=True))
    found = _by_workload(run, series, *(measure for measure, _ in titles))
    return _dotted(found, _ORMS, titles)


def _by_workload(run: Run, series: Mapping[str, str], *measures: Measure) -> tuple[Summary, ...]:
    """Return the summaries of several workloads, each of them a series of its own."""
    return tuple(
        summary
        for workload, name in series.items()
        for summary in summarize(run, workload, measures, series=name)
    )


def _waiting(run: Run, measures: Mapping[str, Measure]) -> Drawing:
    found = tuple(
        summary
        for series, measure in measures.items()
        for summary in summarize(run, "wait", [measure], series=series)
        if summary.cell.load.clients is not None
    )
    return Drawing(
        summaries=found,
        chart=lambda width, narrow: waits(found, tuple(measures), width, narrow=narrow),
    )
