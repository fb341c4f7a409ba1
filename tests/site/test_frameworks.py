from collections.abc import Callable
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup, Tag

from crossroads.bench.profiles import PROFILES
from crossroads.bench.servers import SERVERS
from crossroads.bench.workloads import WORKLOADS
from crossroads.measurements.model import Cell, Load, Row, Run
from crossroads.site.data import Lanes
from crossroads.site.frameworks import COLUMNS, STACKS, frameworks

type MakeRun = Callable[..., Run]


@pytest.fixture
def run(make_run: MakeRun) -> Run:
    """Return a run whose cells cost what their place in the full profile says."""
    run = make_run(rounds=2)
    figures = next(row.figures for row in run.rows if row.figures)
    cells = list(PROFILES["full"].cells)
    return replace(
        run,
        rows=tuple(
            Row(cell=cell, round=1, figures=replace(figures, cpu_ms=float(place)))
            for place, cell in enumerate(cells, start=1)
        ),
    )


def _lanes(lanes: Lanes) -> list[Tag]:
    return BeautifulSoup(frameworks(lanes), "html.parser").select(".cr-lane")


def _cells(lane: Tag) -> list[list[str]]:
    rows = lane.select(".cr-table--figures tbody tr")
    return [[cell.text for cell in row.select("td")] for row in rows]


def test_the_full_profile_measures_every_cell_that_has_a_meaning(run: Run) -> None:
    [lane] = _lanes(Lanes(this_build=run))

    gaps = {
        (stack.framework, column.name)
        for stack, row in zip(STACKS, _cells(lane), strict=True)
        for column, text in zip(COLUMNS, row, strict=True)
        if text == "–"
    }

    assert gaps == {
        ("FastAPI", "startproject's middleware"),
        ("FastAPI", "ORM, middleware"),
        ("FastAPI", "ORM"),
        ("Django", "raw SQL"),  # of the async view, as there is no async cursor
        ("Django Ninja", "raw SQL"),
    }


def test_each_figure_is_the_one_of_its_own_cell(run: Run) -> None:
    [lane] = _lanes(Lanes(this_build=run))
    cost = {
        (row.cell.workload, row.cell.server, row.cell.view): row.figures.cpu_ms
        for row in run.rows
        if row.figures
    }

    for stack, row in zip(STACKS, _cells(lane), strict=True):
        for column, text in zip(COLUMNS, row, strict=True):
            workload = column.workload(stack)
            if text != "–":
                assert float(text) == pytest.approx(
                    cost[workload, stack.server, stack.view], rel=0.05
                )


def test_what_is_compared_is_known_and_asks_the_same() -> None:
    assert {stack.server for stack in STACKS} <= SERVERS.keys()
    for column in COLUMNS:
        assert column.django in WORKLOADS
        if column.outside:
            django, outside = WORKLOADS[column.django], WORKLOADS[column.outside]
            assert django.needs == outside.needs
            assert django.headers == outside.headers


def test_each_run_has_a_table_of_its_own(run: Run) -> None:
    other = replace(run, rows=tuple(replace(row, figures=None, reason="x") for row in run.rows))

    mine, theirs = _lanes(Lanes(this_build=run, reference=other))

    assert _cells(mine) == _cells(_lanes(Lanes(this_build=run))[0])
    assert {text for row in _cells(theirs) for text in row} == {"–", "failed"}


def test_the_data_has_the_rounds_the_rates_and_the_reasons(run: Run) -> None:
    cell = Cell(
        server="uvicorn", workload="parcel", view="async", load=Load(clients=16), threads=None
    )
    failed = (Row(cell=cell, round=2, reason="the server died"),)

    [lane] = _lanes(Lanes(this_build=replace(run, rows=(*run.rows, *failed))))

    data = lane.select_one(".cr-data")
    assert data is not None
    assert "failed: the server died" in data.text
    assert "requests per second" in data.text


def test_without_a_run_nothing_is_shown_for_one(run: Run) -> None:
    [absent] = _lanes(Lanes())
    [empty] = _lanes(Lanes(this_build=replace(run, rows=())))

    assert "Not measured here" in absent.text
    assert "does not measure this" in empty.text
