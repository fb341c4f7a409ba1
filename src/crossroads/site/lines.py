"""Lines over the number of clients, and over percentiles."""

import math
from typing import Any

import altair as alt

from crossroads.bench.workloads import WAIT_MS
from crossroads.site.drawing import MUTED, PAPER, SERIES, Chart, chart_of, log_axis
from crossroads.site.summary import RATE, TOO_FEW, Summary

_HEIGHT = 118
_GAP = 20
_AXIS = 36


def waits(
    summaries: tuple[Summary, ...], key: tuple[str, ...], width: int, *, narrow: bool
) -> Chart:
    """Return one small panel per server: its figures over clients, and the theory line."""
    columns = 2 if narrow else 3
    clients = sorted({_clients(summary) for summary in summaries})
    theory = [theory_of(summary, load) for summary in summaries for load in clients]
    values = [value for summary in summaries for value in summary.values]
    x = log_axis("clients", clients, title="clients", ticks=5)
    x["axis"] = alt.Axis(values=clients, format="~g", labelOverlap="greedy")
    y = log_axis("value", [*values, *theory], title=None, ticks=5)
    panels = []
    for label in dict.fromkeys(summary.label for summary in summaries):
        mine = tuple(summary for summary in summaries if summary.label == label)
        line = [{"clients": load, "value": theory_of(mine[0], load)} for load in clients]
        dashed = (
            chart_of(line)
            .mark_line(strokeDash=[4, 3], strokeWidth=1.5, color=MUTED, aria=False)
            .encode(x=alt.X(**x), y=alt.Y(**y))
        )
        points = [_point(summary, clients=_clients(summary)) for summary in mine]
        size = width // columns - _GAP - _AXIS
        where = {f"at {_clients(gap):g} clients": gap.reason or "" for gap in _failed(mine)}
        layers = [dashed, *_lines(points, key, x, y), *_notes(where, size)]
        panels.append(alt.layer(*layers).properties(width=size, height=_HEIGHT, title=label))
    return alt.concat(*panels, columns=columns, spacing=_GAP)


def percentiles(
    summaries: tuple[Summary, ...], key: tuple[str, ...], width: int, *, narrow: bool
) -> Chart:
    """Return latency over percentiles, one panel per server, one line per kind of load."""
    values = [value for summary in summaries for value in summary.values]
    # A percentile that no lane's window supports would only stretch the axis.
    places = {_quantile(s): s.measure.name for s in summaries if s.values} or {1.0: "p90"}
    x = {
        "shorthand": "place:Q",
        "title": "percentile of requests",
        "scale": alt.Scale(domain=[min(places) - 0.1, max(places) + 0.15], nice=False),
        "axis": alt.Axis(values=sorted(places), labelExpr=_label_expression(places)),
    }
    y = log_axis("value", values, title="latency, ms (log scale)", ticks=6)
    panels = []
    for label in dict.fromkeys(summary.label for summary in summaries):
        mine = tuple(summary for summary in summaries if summary.label == label)
        points = [_point(summary, place=_quantile(summary)) for summary in mine]
        where = {f"for the {gap.series}": gap.reason or "" for gap in _failed(mine)}
        layers = [*_lines(points, key, x, y), *_notes(where, width - 60)]
        height = 240 if narrow else 280
        panels.append(alt.layer(*layers).properties(width=width - 60, height=height, title=label))
    return alt.vconcat(*panels) if len(panels) > 1 else panels[0]


def rates(
    summaries: tuple[Summary, ...], key: tuple[str, ...], width: int, *, narrow: bool
) -> Chart:
    """Return latency over the rate of an open loop, one panel per server, with its limit."""
    values = [value for summary in summaries for value in summary.values]
    sent = sorted({summary.cell.load.rate or 0.0 for summary in summaries})
    x: dict[str, Any] = {
        "shorthand": "rate:Q",
        "title": "requests per second that come",
        "scale": alt.Scale(domain=[0, 1.1 * max(sent)], nice=False),
        "axis": alt.Axis(values=sent, format="~g", labelOverlap="greedy"),
    }
    y = log_axis("value", values, title="latency, ms (log scale)", ticks=6)
    panels = []
    for label in dict.fromkeys(summary.label for summary in summaries):
        mine = tuple(summary for summary in summaries if summary.label == label)
        points = [_point(summary, rate=summary.cell.load.rate or 0.0) for summary in mine]
        limit = 1000 * (mine[0].cell.threads or 1) * mine[0].cell.workers / WAIT_MS
        dashed = (
            chart_of([{"rate": limit}])
            .mark_rule(strokeDash=[4, 3], strokeWidth=1.5, color=MUTED, aria=False)
            .encode(x=alt.X(**x))
        )
        where = {f"at {gap.cell.load.rate:g} req/s": gap.reason or "" for gap in _failed(mine)}
        layers = [dashed, *_lines(points, key, x, y), *_notes(where, width - 60)]
        height = 240 if narrow else 280
        panels.append(alt.layer(*layers).properties(width=width - 60, height=height, title=label))
    return alt.vconcat(*panels) if len(panels) > 1 else panels[0]


def saturated(
    summaries: tuple[Summary, ...], key: tuple[str, ...], width: int, *, narrow: bool
) -> Chart:
    """Return one panel per measure: its figures over clients, who have a connection each."""
    clients = sorted({_clients(summary) for summary in summaries})
    x = log_axis("clients", clients, title="connections", ticks=6)
    x["axis"] = alt.Axis(values=clients, format="~g", labelOverlap="greedy")
    size = width - _AXIS if narrow else (width - _GAP) // 2 - _AXIS
    panels = []
    for series in dict.fromkeys(summary.series for summary in summaries):
        mine = tuple(summary for summary in summaries if summary.series == series)
        values = [value for summary in mine for value in summary.values]
        y = log_axis("value", values, title=None, ticks=5)
        points = [_point(summary, clients=_clients(summary)) for summary in mine]
        where = {f"at {_clients(gap):g} clients": gap.reason or "" for gap in _failed(mine)}
        layers = [*_lines(points, key, x, y), *_notes(where, size)]
        panels.append(alt.layer(*layers).properties(width=size, height=200, title=series))
    return alt.vconcat(*panels) if narrow else alt.hconcat(*panels)


def theory_of(summary: Summary, clients: float) -> float:
    """Return what the measure of `summary` is in theory when `clients` wait at once.

    Little's law: what is in flight, divided by the wait, is the throughput.
    """
    limit = 1 if summary.cell.server == "gunicorn-sync" else summary.cell.threads or clients
    served = min(clients, limit)
    return 1000 * served / WAIT_MS if summary.measure is RATE else WAIT_MS * clients / served


def _clients(summary: Summary) -> float:
    return float(summary.cell.load.clients or 1)


def _quantile(summary: Summary) -> float:
    share = float(summary.measure.name.removeprefix("p")) / 100
    return round(-math.log10(1 - share), 3)


def _failed(summaries: tuple[Summary, ...]) -> list[Summary]:
    return [s for s in summaries if s.interval is None and s.reason != TOO_FEW]


def _label_expression(places: dict[float, str]) -> str:
    tests = (f"abs(datum.value - {place}) < 0.01 ? '{name}' :" for place, name in places.items())
    return " ".join((*tests, "''"))


def _point(summary: Summary, **place: float) -> dict[str, Any]:
    found = summary.interval
    return {
        **place,
        "series": summary.series,
        "text": summary.text,
        "value": found.middle if found else None,
        "low": summary.drawn_interval[0],
        "high": summary.drawn_interval[1],
    }


def _lines(
    points: list[dict[str, Any]], key: tuple[str, ...], x: dict[str, Any], y: dict[str, Any]
) -> list[alt.Chart]:
    colors = alt.Scale(domain=list(key), range=list(SERIES))
    color = alt.Color("series:N", scale=colors, legend=None)
    shape = alt.Shape(
        "series:N", scale=alt.Scale(domain=list(key), range=["circle", "square"]), legend=None
    )
    base = (
        chart_of(points)
        .transform_filter("isValid(datum.value)")
        .encode(x=alt.X(**x), y=alt.Y(**y), color=color)
    )
    bounds = {**y, "shorthand": "low:Q"}
    return [
        base.mark_line(strokeWidth=2, aria=False),
        base.mark_rule(strokeWidth=1.5, opacity=0.4, clip=True, aria=False).encode(
            y=alt.Y(**bounds), y2="high:Q"
        ),
        base.mark_point(size=46, filled=True, opacity=1).encode(shape=shape, description="text:N"),
    ]


def _notes(where: dict[str, str], width: int) -> list[alt.Chart]:
    """Return the reasons of gaps as text at the head of the panel, on a ground of their own."""
    notes: list[str] = []
    for reason in dict.fromkeys(where.values()):
        places = [place for place, given in where.items() if given == reason]
        notes += [f"No figure {', '.join(places)}:".replace(" clients, at", ","), reason]
    return [
        chart_of([{"note": note}])
        .mark_text(align="left", fontSize=11, fontStyle="italic", limit=width - 8, **look)
        .encode(x=alt.value(4), y=alt.value(8 + 15 * line), text="note:N", description="note:N")
        for line, note in enumerate(notes)
        for look in (
            {"color": PAPER, "stroke": PAPER, "strokeWidth": 4, "aria": False},
            {"color": MUTED},
        )
    ]
