"""The chart of connections against requests at once: counts of the proofs, not of a run."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import altair as alt

from crossroads.evidence.model import Finding
from crossroads.site.drawing import SERIES, Chart, chart_of, draw
from crossroads.site.figure import NARROW, WIDE
from crossroads.site.ledger import ledger
from crossroads.site.names import verified, version_list

EVIDENCE = "asgi-conns"
SERIES_OF = {
    "ASGI, no bound": "asgi",
    "ASGI, a pool of ten": "pool",
    "WSGI, eight threads": "wsgi",
}
"""Name in the key to the prefix of the quantities."""

_STEPS = ("-at-5", "-at-10", "-at-20", "")
_TITLE = "Connections to PostgreSQL against requests at once"
_READING = (
    "Each request asks the database and then waits for another service, which holds its answer "
    "until the connections are counted. Where a line is flat, further requests wait."
)
_UNKNOWN = "Not measured here. The command <code>crossroads evidence --prove</code> changes that."


@dataclass(frozen=True)
class Point:
    """The connections that were open while so many requests were in progress or waited."""

    series: str
    requests: int
    connections: int

    @property
    def text(self) -> str:
        """Return what a screen reader says of the mark."""
        return f"{self.series}: {self.connections} connections at {self.requests} requests"


def connections_html(root: Path) -> str:
    """Return the chart from this build's proofs, or from the reference where there are none."""
    book = ledger(root)
    for name, findings in (("This build", book.this_build), ("Reference", book.reference)):
        if found := points(findings[EVIDENCE]):
            return _figure(_lane(name, findings[EVIDENCE], found))
    return _figure(f'<div class="cr-lane cr-lane--absent"><p>{_UNKNOWN}</p></div>')


def points(finding: Finding) -> tuple[Point, ...]:
    """Return every point that `finding` has counted."""
    count = {name: _count(text) for name, text in finding.values.items()}
    requests = {step: _count(step) if step else count.get("requests", 0) for step in _STEPS}
    return tuple(
        Point(series, requests[step], count[f"{prefix}{step}"])
        for series, prefix in SERIES_OF.items()
        for step in _STEPS
        if f"{prefix}{step}" in count
    )


def _count(text: str) -> int:
    return int("".join(re.findall(r"\d", text)))


def _figure(lane: str) -> str:
    keys = "".join(
        f'<li><span class="cr-key cr-key--{place}" aria-hidden="true"></span>{name}</li>'
        for place, name in enumerate(SERIES_OF, start=1)
    )
    return (
        f'<figure class="cr-figure" id="connections" aria-labelledby="connections-head">'
        f'<figcaption class="cr-figure__head"><span class="cr-figure__title" '
        f'id="connections-head">{_TITLE}</span>'
        f'<span class="cr-figure__reading">{_READING}</span></figcaption>'
        f'<ul class="cr-keys">{keys}</ul><div class="cr-lanes">{lane}</div></figure>'
    )


def _lane(name: str, finding: Finding, found: tuple[Point, ...]) -> str:
    pictures = "".join(
        f'<div class="cr-{kind}" data-search-exclude>'
        + draw(
            _chart(found, width),
            name=f"connections-{kind}",
            title=f"{_TITLE}: {name.lower()}",
            description=_READING,
        )
        + "</div>"
        for kind, width in (("wide", WIDE), ("narrow", NARROW))
    )
    origin = finding.origin
    told = version_list(verified(origin.versions)) if origin else ""
    when = f'<time datetime="{origin.date}">{origin.date}</time> · ' if origin else ""
    return (
        f'<div class="cr-lane"><p class="cr-lane__name">{name}</p>{pictures}'
        f'<p class="cr-caption">{when}{escape(told)}</p>{_table(found)}</div>'
    )


def _chart(found: tuple[Point, ...], width: int) -> Chart:
    rows = [
        {"series": p.series, "requests": p.requests, "connections": p.connections, "text": p.text}
        for p in found
    ]
    requests = sorted({point.requests for point in found})
    ends = alt.Scale(domain=[0, max(requests)], nice=False)
    x = alt.X(
        "requests:Q",
        title="requests at once",
        scale=ends,
        axis=alt.Axis(values=requests, grid=False),
    )
    y = alt.Y("connections:Q", title="connections", scale=ends, axis=alt.Axis(values=requests))
    names = [*SERIES_OF]
    color = alt.Scale(domain=names, range=list(SERIES))
    shape = alt.Scale(domain=names, range=["circle", "square", "triangle-up"])
    base = chart_of(rows).encode(x=x, y=y, color=alt.Color("series:N", scale=color, legend=None))
    layers = (
        base.mark_line(strokeWidth=2, aria=False),
        base.mark_point(size=56, filled=True, opacity=1).encode(
            shape=alt.Shape("series:N", scale=shape, legend=None), description="text:N"
        ),
    )
    return alt.layer(*layers).properties(width=width - 60, height=240)


def _table(found: tuple[Point, ...]) -> str:
    requests = sorted({point.requests for point in found})
    counted = {(point.series, point.requests): point.connections for point in found}
    head = "".join(f'<th scope="col">at {count} requests</th>' for count in requests)
    body = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f"<td>{counted.get((name, count), '–')}</td>" for count in requests)
        + "</tr>"
        for name in SERIES_OF
    )
    return (
        f'<details class="cr-data"><summary>The data as a table</summary>'
        f'<div class="cr-scroll" data-search-exclude tabindex="0" role="region" '
        f'aria-label="{_TITLE}"><table class="cr-table"><thead><tr>'
        f'<th scope="col">Connections</th>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div></details>"
    )
