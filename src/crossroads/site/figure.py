"""The frame of a chart: title, key, a lane per run, caption, and the data as a table.

A lane shows one run. Two runs stand side by side and share nothing, because figures of
two machines do not compare.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from crossroads.measurements.model import Run
from crossroads.site.data import Lanes
from crossroads.site.drawing import Chart, draw
from crossroads.site.names import number, verified, version_list
from crossroads.site.summary import UNKNOWN, Summary

NOT_MEASURED = "Not measured here. The command <code>crossroads measure</code> changes that."

WIDE, NARROW = 660, 380
"""Widths a chart is drawn at; the style sheet shows the one that fits its lane."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What one lane shows."""

    summaries: tuple[Summary, ...]
    """Everything the picture shows, for the table."""
    chart: Callable[[int, bool], Chart]
    """Draws at a width, for a narrow screen or not."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A chart before it meets a run."""

    name: str
    """Id on the page, such as `cpu-per-request`."""
    title: str
    """What is shown, as a neutral statement."""
    reading: str
    """How to read it, in one or two sentences."""
    key: tuple[str, ...] = ()
    """Names of the series, in the order of their colors."""
    marks: tuple[tuple[str, str], ...] = ()
    """Further entries of the key: CSS suffix and text."""
    show: Callable[[Run], Drawing]
    """Takes what it needs from a run."""


@dataclass(frozen=True)
class Figure:
    """Finished HTML; a notebook shows it when it is the value of a cell."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def figure(plan: Plan, lanes: Lanes) -> Figure:
    """Return the chart of `plan` with a lane for each run."""
    shown = "".join(
        _lane(plan, name, run, place) for place, (name, run) in enumerate(lanes.shown())
    )
    return Figure(
        f'<figure class="cr-figure" id="{plan.name}" aria-labelledby="{plan.name}-head">'
        f'<figcaption class="cr-figure__head"><span class="cr-figure__title" '
        f'id="{plan.name}-head">{escape(plan.title)}</span>'
        f'<span class="cr-figure__reading">{escape(plan.reading)}</span></figcaption>'
        f'{_key(plan)}<div class="cr-lanes">{shown}</div></figure>'
    )


def _key(plan: Plan) -> str:
    colors = [(str(place), text) for place, text in enumerate(plan.key, start=1)]
    entries = "".join(
        f'<li><span class="cr-key cr-key--{kind}" aria-hidden="true"></span>{escape(text)}</li>'
        for kind, text in (*colors, *plan.marks)
    )
    return f'<ul class="cr-keys">{entries}</ul>' if entries else ""


def _lane(plan: Plan, name: str, run: Run | None, place: int) -> str:
    head = f'<p class="cr-lane__name">{name}</p>'
    if run is None:
        return f'<div class="cr-lane cr-lane--absent">{head}<p>{NOT_MEASURED}</p></div>'
    drawing = plan.show(run)
    if not drawing.summaries:
        return (
            f'<div class="cr-lane cr-lane--absent">{head}'
            f"<p>The {escape(run.profile)} profile does not measure this.</p></div>"
        )
    pictures = "".join(
        f'<div class="cr-{kind}" data-search-exclude>'
        + draw(
            drawing.chart(width, kind == "narrow"),
            name=f"{plan.name}-{place}-{kind}",
            title=f"{plan.title}: {name.lower()}",
            description=plan.reading,
        )
        + "</div>"
        for kind, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return (
        f'<div class="cr-lane">{head}{pictures}{caption(run)}'
        f"{data_table(f'{plan.title}: {name.lower()}', drawing.summaries, run)}</div>"
    )


def caption(run: Run) -> str:
    """Return where and with what `run` was measured, as a paragraph."""
    machine = run.machine
    cores = f"{machine.cores} {'core' if machine.cores == 1 else 'cores'}"
    pinned = "server and generator on a core each" if run.pinned else "not pinned to cores"
    facts = (
        f"{machine.cpu}, {cores}, {machine.memory_gib} GiB, {machine.system}",
        f"Python {run.python.version} ({run.python.build})",
        f"{run.profile} profile, {pinned}",
    )
    return (
        f'<p class="cr-caption"><time datetime="{escape(run.started)}">{run.started[:10]}</time>'
        f" · {escape(' · '.join(facts))}<br>{escape(version_list(verified(run.versions)))}</p>"
    )


def data_table(title: str, summaries: Sequence[Summary], run: Run) -> str:
    """Return all of `summaries` as a table that opens on demand, with every version of `run`."""
    heads = ("Row", "Series", "Measure", "Middle", "95 % interval", "Rounds", "Remark")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "".join(f"<tr>{_cells(summary)}</tr>" for summary in summaries)
    return (
        f'<details class="cr-data"><summary>The data as a table, and all versions</summary>'
        f'<div class="cr-scroll" data-search-exclude tabindex="0" '
        f'role="region" aria-label="{escape(title)}">'
        f'<table class="cr-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f'</div><p class="cr-caption">{escape(version_list(run.versions))}</p></details>'
    )


def _cells(summary: Summary) -> str:
    found = summary.interval
    bounds = (
        f"{number(found.low)} to {number(found.high)}"
        if found and found.low is not None and found.high is not None
        else "–"
    )
    middle = f"{number(found.middle)} {summary.measure.unit}" if found else "no figure"
    remarks = []
    if summary.reason:
        known = summary.reason in UNKNOWN
        remarks.append(summary.reason if known else f"failed: {summary.reason}")
    remarks += [f"disturbed: {note}" for note in summary.noise]
    cells = (
        summary.series or "–",
        summary.measure.name,
        middle,
        bounds,
        f"{len(summary.values)} of {summary.rounds}",
        "; ".join(remarks) or "–",
    )
    return f'<th scope="row">{escape(summary.label)}</th>' + "".join(
        f"<td>{escape(cell)}</td>" for cell in cells
    )
