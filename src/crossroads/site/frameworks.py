"""The table of frameworks: what a request costs in Django, Django Ninja and FastAPI.

A row is how somebody would write and run it, a column is what is asked. FastAPI has no ORM, so
its query stands where Django's raw SQL does; what is compared stands in one column.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from crossroads.evidence.from_run import number
from crossroads.measurements.model import Run, View
from crossroads.site.data import Lanes, load_lanes
from crossroads.site.figure import NOT_MEASURED, caption, data_table
from crossroads.site.names import OUTSIDE
from crossroads.site.summary import CPU, RATE, Summary, summarize


@dataclass(frozen=True)
class Stack:
    """One row: how the view is written, and on which server it runs."""

    framework: str
    view: View
    server: str
    """Id in `bench/servers.py`."""
    on: str
    """The server as the table names it."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what is asked, and the workload that asks it."""

    group: str
    name: str
    django: str
    """Workload of the rows that run Django."""
    outside: str = ""
    """Workload of the rows that do not; empty where there is nothing to compare."""

    def workload(self, stack: Stack) -> str:
        """Return the workload of this column in the row of `stack`."""
        return self.outside if stack.server in OUTSIDE else self.django


STACKS = (
    Stack("Django", "sync", "gunicorn-gthread", "gunicorn gthread"),
    Stack("Django", "sync", "granian-wsgi", "granian WSGI"),
    Stack("Django", "sync", "uvicorn", "uvicorn"),
    Stack("Django", "async", "uvicorn", "uvicorn"),
    Stack("Django Ninja", "async", "ninja", "uvicorn"),
    Stack("FastAPI", "sync", "fastapi", "uvicorn"),
    Stack("FastAPI", "async", "fastapi", "uvicorn"),
)

COLUMNS = (
    Column(group="A few bytes of JSON", name="startproject's middleware", django="json-middleware"),
    Column(group="A few bytes of JSON", name="no middleware", django="json", outside="json"),
    Column(group="One query", name="ORM, middleware", django="parcel-middleware"),
    Column(group="One query", name="ORM", django="parcel"),
    Column(group="One query", name="raw SQL", django="parcel-raw", outside="parcel"),
    Column(group="Computing", name="the same function", django="cpu", outside="cpu"),
)

TITLE = "CPU of the server for one request, in ms"
READING = (
    "Less is cheaper. A figure is the geometric mean over rounds; intervals are in the data. "
    "Compare within a column: all of it does the same work, and the answers are equal to the byte. "
    "A dash: there is no such thing, or this profile does not measure it."
)
_WRITTEN = {"sync": "def", "async": "async def"}


def frameworks_html(root: Path) -> str:
    """Return the table for each run that is kept under `root`."""
    return frameworks(load_lanes(root))


def frameworks(lanes: Lanes) -> str:
    """Return the table for each of `lanes`, one below the other."""
    shown = "".join(_lane(name, run) for name, run in lanes.shown())
    return (
        '<figure class="cr-figure" id="frameworks" aria-labelledby="frameworks-head">'
        '<figcaption class="cr-figure__head"><span class="cr-figure__title" '
        f'id="frameworks-head">{TITLE}</span>'
        f'<span class="cr-figure__reading">{READING}</span></figcaption>'
        f'<div class="cr-stacked">{shown}</div></figure>'
    )


def _lane(name: str, run: Run | None) -> str:
    head = f'<p class="cr-lane__name">{name}</p>'
    if run is None:
        return f'<div class="cr-lane cr-lane--absent">{head}<p>{NOT_MEASURED}</p></div>'
    found = {
        (stack, column): summary
        for column in COLUMNS
        for stack in STACKS
        if (summary := _summary(run, stack, column))
    }
    if not found:
        return (
            f'<div class="cr-lane cr-lane--absent">{head}'
            f"<p>The {escape(run.profile)} profile does not measure this.</p></div>"
        )
    title = f"{TITLE}: {name.lower()}"
    data = [
        summary
        for workload in dict.fromkeys(c.workload(s) for s, c in found)
        for summary in summarize(run, workload, [CPU, RATE], series=workload)
        if any(_is_of(summary, stack) for stack in STACKS)
    ]
    return (
        f'<div class="cr-lane">{head}{_table(title, found)}{caption(run)}'
        f"{data_table(f'{title}, the data', data, run)}</div>"
    )


def _summary(run: Run, stack: Stack, column: Column) -> Summary | None:
    workload = column.workload(stack)
    known = summarize(run, workload, [CPU]) if workload else ()
    return next((summary for summary in known if _is_of(summary, stack)), None)


def _is_of(summary: Summary, stack: Stack) -> bool:
    return (summary.cell.server, summary.cell.view) == (stack.server, stack.view)


def _table(title: str, found: Mapping[tuple[Stack, Column], Summary]) -> str:
    groups = [column.group for column in COLUMNS]
    heads = "".join(
        f'<th scope="colgroup" colspan="{groups.count(group)}">{escape(group)}</th>'
        for group in dict.fromkeys(groups)
    )
    names = "".join(f'<th scope="col">{escape(column.name)}</th>' for column in COLUMNS)
    rows = "".join(
        f'<tr><th scope="row">{escape(stack.framework)}, <code>{_WRITTEN[stack.view]}</code><br>'
        f"{escape(stack.on)}</th>"
        + "".join(f"<td>{_cell(found.get((stack, column)))}</td>" for column in COLUMNS)
        + "</tr>"
        for stack in STACKS
    )
    return (
        '<div class="cr-scroll cr-scroll--whole" tabindex="0" role="region" '
        f'aria-label="{escape(title)}"><table class="cr-table cr-table--figures"><thead>'
        f'<tr><th rowspan="2" scope="col">Written and run</th>{heads}</tr>'
        f"<tr>{names}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(summary: Summary | None) -> str:
    if summary is None:
        return "–"
    return number(summary.interval.middle) if summary.interval else "failed"
