"""Dots with intervals, one row per server: the drawing for costs that differ by factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from crossroads.site.drawing import INK, MUTED, SERIES, Chart, chart_of, log_axis
from crossroads.site.names import OUTSIDE
from crossroads.site.summary import Summary

_LABELS, _LONG_LABELS = 168, 236
"""Widths of the row labels, fixed so that no reader's font moves the plot."""
_LONG = 27
"""Characters above which a label needs the second."""
_STEP = 17
"""Height that each series of a row gets."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One axis: the summaries drawn on it, all of one measure."""

    title: str
    """Title of the axis."""
    summaries: tuple[Summary, ...]


def dots(panels: Sequence[Panel], key: tuple[str, ...], width: int, *, stacked: bool) -> Chart:
    """Return the panels with shared rows, sorted by the first figure that a row has.

    Args:
        panels: One or more; rows are matched by their labels.
        key: Names of the series, in the order of their colors.
        width: Of the whole drawing.
        stacked: Panels below each other, for narrow screens, instead of side by side.
    """
    order = _order(panels)
    beside = len(panels) > 1 and not stacked
    labels = _LONG_LABELS if max(map(len, order), default=0) > _LONG else _LABELS
    plot = (width - labels - 24 * (len(panels) - 1)) // len(panels) if beside else width - labels
    drawn = [
        _panel(panel, order, key, width=plot, labels=labels if not beside or place == 0 else 0)
        for place, panel in enumerate(panels)
    ]
    if len(drawn) == 1:
        return drawn[0]
    return alt.hconcat(*drawn) if beside else alt.vconcat(*drawn)


def _order(panels: Sequence[Panel]) -> list[str]:
    """Return row labels from cheap to dear; rows without any figure come last."""
    best: dict[str, tuple[int, float]] = {}
    for place, panel in enumerate(panels):
        for summary in panel.summaries:
            if summary.interval is not None:
                best.setdefault(summary.label, (place, summary.interval.middle))
    labels = dict.fromkeys(summary.label for panel in panels for summary in panel.summaries)
    return sorted(labels, key=lambda name: best.get(name, (len(panels), 0.0)))


def _panel(
    panel: Panel, order: list[str], key: tuple[str, ...], *, width: int, labels: int
) -> Chart:
    colors = alt.Scale(domain=list(key), range=list(SERIES))
    outside = sorted({s.label for s in panel.summaries if s.cell.server in OUTSIDE})
    points = [value for summary in panel.summaries for value in summary.values]
    axis = log_axis("value", points, title=panel.title, ticks=7)
    x = alt.X(**axis)
    y = alt.Y(
        "row:N",
        sort=order,
        scale=alt.Scale(domain=order, paddingInner=0.25, paddingOuter=0.1),
        title=None,
        axis=alt.Axis(
            labels=labels > 0,
            minExtent=labels,
            maxExtent=labels,
            labelLimit=max(0, labels - 8),
            labelColor={
                "condition": {"test": {"field": "value", "oneOf": outside}, "value": MUTED},
                "value": INK,
            },
        ),
    )
    color = alt.Color("series:N", scale=colors, legend=None)
    offset = alt.YOffset("place:Q", scale=alt.Scale(domain=[-1, 1]))
    base = chart_of(_tidy(panel.summaries)).encode(y=y, yOffset=offset)
    rounds = chart_of(_rounds(panel.summaries)).encode(y=y, yOffset=offset)
    figures = base.transform_filter("isValid(datum.value)")
    return alt.layer(
        figures.mark_rule(strokeWidth=1.5, clip=True, opacity=0.4, aria=False).encode(
            x=alt.X(**axis | {"shorthand": "low:Q"}), x2="high:Q", color=color
        ),
        rounds.mark_tick(thickness=1, size=9, opacity=0.8, aria=False).encode(x=x, color=color),
        figures.mark_point(size=62, filled=True, opacity=1).encode(
            x=x,
            fill=alt.Fill("series:N", scale=colors, legend=None),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=["django", "outside"], range=["circle", "diamond"]),
                legend=None,
            ),
            description="text:N",
        ),
        base.transform_filter("!isValid(datum.value)")
        .mark_text(align="left", fontSize=11, fontStyle="italic", color=MUTED, limit=width - 12)
        .encode(x=alt.value(6), text="reason:N", description="text:N"),
    ).properties(width=width, height=alt.Step(max(22, _STEP * len(key)), **{"for": "position"}))


def _tidy(summaries: tuple[Summary, ...]) -> list[dict[str, Any]]:
    return [
        {
            **_row(summary, summaries),
            "kind": "outside" if summary.cell.server in OUTSIDE else "django",
            "text": summary.text,
            "reason": summary.reason,
            "value": summary.interval.middle if summary.interval else None,
            "low": summary.drawn_interval[0],
            "high": summary.drawn_interval[1],
        }
        for summary in summaries
    ]


def _rounds(summaries: tuple[Summary, ...]) -> list[dict[str, Any]]:
    return [
        {**_row(summary, summaries), "value": value}
        for summary in summaries
        for value in summary.values
    ]


def _row(summary: Summary, summaries: tuple[Summary, ...]) -> dict[str, Any]:
    """Return the row of a mark, and its place in the row: series share it, one is centered."""
    beside = [other.series for other in summaries if other.label == summary.label]
    place = (2 * beside.index(summary.series) - len(beside) + 1) * 0.45
    return {"row": summary.label, "series": summary.series, "place": place}
