"""The charts of the site, one function each. A chart holds no number of its own."""

from collections.abc import Mapping
from dataclasses import replace

from crossroads.measurements.model import Run
from crossroads.site.data import Lanes
from crossroads.site.dots import Panel, dots
from crossroads.site.figure import Drawing, Figure, Plan, figure
from crossroads.site.lines import percentiles, waits
from crossroads.site.summary import (
    CPU,
    DATABASE_CPU,
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
_QUANTILES = ("0.5", "0.9", "0.95", "0.99", "0.999")


def cpu_per_request(lanes: Lanes) -> Figure:
    """Return CPU per request by server, without middleware and with startproject's."""
    names = ("no middleware", "startproject middleware")

    def show(run: Run) -> Drawing:
        found = (
            *summarize(run, "json", [CPU], series=names[0]),
            *summarize(run, "json-middleware", [CPU], series=names[1]),
        )
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
    """Return throughput of a view that computes, by threads and workers, with all cores free."""
    names = ("view in pure Python",)

    def show(run: Run) -> Drawing:
        found = summarize(run, "cpu-cores", [RATE], series=names[0])
        return _dotted(found, names, [(RATE, "requests per second (log scale)")])

    return figure(
        Plan(
            name="cpu-cores",
            title="Throughput of a view that computes, with more threads and with more workers",
            reading=f"{_DOTS}; further right is more. Every core of the machine was free to use, "
            "so what did not gain was held back by the GIL.",
            key=names,
            show=show,
        ),
        lanes,
    )


def orm_list(lanes: Lanes) -> Figure:
    """Return CPU of the server and of PostgreSQL for a list view with related objects."""
    names = ("list of parcels with related objects",)

    def show(run: Run) -> Drawing:
        found = summarize(run, "orm-list", [CPU, DATABASE_CPU], series=names[0])
        titles = [(CPU, "server CPU per request, ms"), (DATABASE_CPU, "database CPU, ms")]
        return _dotted(found, names, titles)

    return figure(
        Plan(
            name="orm-list",
            title="CPU of the server and of PostgreSQL for one list view through the ORM",
            reading=f"{_DOTS}; both scales are logarithmic. Sorted by the server's CPU.",
            key=names,
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
