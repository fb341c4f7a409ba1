"""From the rows of one run to what a chart shows: one summary for each cell and measure.

A summary is made from the rows of a single run, so two machines cannot be mixed here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from crossroads.measurements.compare import FEWEST_ROUNDS, Interval, interval
from crossroads.measurements.model import Cell, Figures, Row, Run
from crossroads.site.names import label, number

TOO_FEW = "too few requests"
"""Reason of a percentile that the window does not support."""

TOO_LITTLE = "below the clock's resolution"
"""Reason of a cost that the window is too short to see."""

UNKNOWN = frozenset({TOO_FEW, TOO_LITTLE})
"""Reasons that are no failure: the window was good, only not for this figure."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A figure that a chart shows, and how it is taken from a window's figures."""

    name: str
    """As the axis says it, such as `CPU per request`."""
    unit: str
    """Such as `ms`."""
    take: Callable[[Figures], float | None]
    """Returns None when the window does not support this figure."""


def latency(quantile: str) -> Measure:
    """Return the measure of latency at `quantile`, which is a key such as `0.95`."""
    return Measure(
        name=f"p{float(quantile) * 100:g}",
        unit="ms",
        take=lambda figures: figures.latency_ms.get(quantile),
    )


CPU = Measure(name="CPU per request", unit="ms", take=lambda figures: figures.cpu_ms)
DATABASE_CPU = Measure(
    name="database CPU per request", unit="ms", take=lambda figures: figures.beside_cpu_ms
)
ALONE = Measure(
    name="latency of a single client", unit="ms", take=lambda figures: 1000 / figures.rate
)
"""Mean latency where one client never pauses: its requests per second are one through it."""
MEMORY = Measure(name="memory", unit="MB", take=lambda figures: figures.pss_mb)
RATE = Measure(name="requests per second", unit="req/s", take=lambda figures: figures.rate)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One measure of one cell over all rounds: an interval, or the reason for a gap."""

    cell: Cell
    series: str
    """What the color stands for, such as `no middleware`."""
    measure: Measure
    values: tuple[float, ...]
    """One per round that has the figure."""
    interval: Interval | None
    """None when no round has the figure."""
    reason: str | None
    """Why a round has no figure; the first reason when there are several."""
    noise: tuple[str, ...]
    """What disturbed the rounds; empty when all were quiet."""
    rounds: int
    """Rounds that were tried."""

    @property
    def label(self) -> str:
        """Return the label of the row."""
        return label(self.cell)

    @property
    def drawn_interval(self) -> tuple[float | None, float | None]:
        """Return the ends of the interval where it is worth a line.

        With two rounds it spans factors of ten however well they agree; the rounds
        themselves say more.
        """
        found = self.interval
        if found is None or found.n < FEWEST_ROUNDS:
            return None, None
        return found.low, found.high

    @property
    def text(self) -> str:
        """Return what a screen reader says of the mark."""
        name = ", ".join(part for part in (self.label, self.series, self.measure.name) if part)
        if self.interval is None:
            return f"{name}: no figure, {self.reason}"
        return f"{name}: {number(self.interval.middle)} {self.measure.unit}{self._spread()}"

    def _spread(self) -> str:
        found = self.interval
        if found is None or found.low is None or found.high is None:
            return ", one round"
        return f", 95 % interval {number(found.low)} to {number(found.high)}, {found.n} rounds"


def cells(run: Run, workload: str) -> Iterator[tuple[Cell, tuple[Row, ...]]]:
    """Yield each cell of `workload` with its rows, ordered by server and setting."""
    rows = [row for row in run.rows if row.cell.workload == workload]
    for cell in sorted({row.cell for row in rows}, key=_place):
        yield cell, tuple(row for row in rows if row.cell == cell)


def _place(cell: Cell) -> tuple[str, str, int, int, float]:
    load = cell.load.clients or cell.load.rate or 0
    return cell.server, cell.view, cell.threads or 0, cell.workers, load


def summarize(
    run: Run, workload: str, measures: Iterable[Measure], *, series: str = ""
) -> tuple[Summary, ...]:
    """Return a summary for each cell of `workload` in `run` and each of `measures`."""
    return tuple(
        _summary(cell, rows, measure, series)
        for measure in measures
        for cell, rows in cells(run, workload)
    )


def _summary(cell: Cell, rows: tuple[Row, ...], measure: Measure, series: str) -> Summary:
    taken = [measure.take(row.figures) for row in rows if row.figures is not None]
    # A clock that ticks every 10 ms can read no CPU at all, which has no logarithm.
    values = tuple(value for value in taken if value is not None and value > 0)
    reasons = [row.reason for row in rows if row.reason]
    if not values and not reasons:
        reasons = [TOO_FEW if None in taken else TOO_LITTLE]
    return Summary(
        cell=cell,
        series=series,
        measure=measure,
        values=values,
        interval=interval(values) if values else None,
        reason=reasons[0] if reasons else None,
        noise=tuple(sorted({note for row in rows for note in row.noise})),
        rounds=len(rows),
    )
