import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from bs4 import BeautifulSoup, Tag

from crossroads.measurements.model import Row, Run
from crossroads.site import charts
from crossroads.site.data import Lanes
from crossroads.site.figure import Figure
from crossroads.site.names import number
from crossroads.site.summary import CPU, summarize

type Draw = Callable[[Lanes], Figure]
type Drawn = Callable[[Draw], Figure]
type MakeRun = Callable[..., Run]

CHARTS: dict[str, Draw] = {
    name: chart
    for name, chart in inspect.getmembers(charts, inspect.isfunction)
    if chart.__module__ == charts.__name__ and not name.startswith("_")
    if name != "figure"
}

every_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)


@pytest.fixture(scope="module")
def drawn(lanes: Lanes) -> Drawn:
    """Give a function that draws a chart of two runs; a picture takes seconds, so each once."""
    return cache(lambda chart: chart(lanes))


def _page(figure: Figure) -> BeautifulSoup:
    return BeautifulSoup(figure.html, "html.parser")


def _lanes(figure: Figure) -> list[Tag]:
    return _page(figure).select(".cr-lane")


@every_chart
def test_a_chart_takes_every_color_from_the_style_sheet(chart: Draw, drawn: Drawn) -> None:
    html = drawn(chart).html

    colors = set(re.findall(r'\b(?:fill|stroke)="([^"]+)"', html)) - {"none", "transparent"}

    assert colors
    assert all(color.startswith("var(--cr-") for color in colors), colors


@every_chart
def test_every_mark_says_its_figure(chart: Draw, drawn: Drawn) -> None:
    marks = _page(drawn(chart)).select("[aria-roledescription=point]")

    assert marks
    assert all(re.search(r": [\d.,]+ (ms|req/s|MB)", str(mark.get("aria-label"))) for mark in marks)


@every_chart
def test_each_run_has_a_lane_with_its_machine_python_versions_date_and_profile(
    chart: Draw, lanes: Lanes, drawn: Drawn
) -> None:
    shown = _lanes(drawn(chart))

    assert len(shown) == 2
    for lane, run in zip(shown, (lanes.this_build, lanes.reference), strict=True):
        caption = lane.select_one(".cr-caption")
        assert caption is not None
        assert run is not None
        facts = (run.machine.cpu, run.python.version, "django 6.1.3", "2026-11-21", "quick profile")
        assert all(fact in caption.text for fact in facts)


@every_chart
def test_a_lane_is_the_same_whatever_stands_beside_it(
    chart: Draw, lanes: Lanes, drawn: Drawn
) -> None:
    alone = _lanes(chart(replace(lanes, reference=None)))
    beside = _lanes(drawn(chart))

    assert str(alone[0]) == str(beside[0])


@every_chart
def test_without_a_run_the_chart_says_not_measured_here(chart: Draw) -> None:
    shown = _lanes(chart(Lanes()))

    assert ["Not measured here" in lane.text for lane in shown] == [True]


@every_chart
def test_a_run_without_these_cells_says_so(chart: Draw, lanes: Lanes) -> None:
    assert lanes.this_build is not None
    empty = replace(lanes.this_build, rows=())

    shown = _lanes(chart(Lanes(this_build=empty)))

    assert "does not measure this" in shown[0].text


@every_chart
def test_a_run_in_which_everything_failed_is_drawn_with_its_reasons(
    chart: Draw, lanes: Lanes
) -> None:
    assert lanes.this_build is not None

    def fail(row: Row) -> Row:
        return replace(row, figures=None, reason="the server died")

    run = replace(lanes.this_build, rows=tuple(fail(row) for row in lanes.this_build.rows))

    pictures = _page(chart(Lanes(this_build=run))).select("svg")

    assert len(pictures) == 2
    assert all("the server died" in picture.text for picture in pictures)


def test_a_failed_cell_is_a_row_with_its_reason(make_run: MakeRun) -> None:
    run = make_run(rounds=2, failed={("json", "daphne"): "late"})

    figure = charts.cpu_per_request(Lanes(this_build=run))

    for picture in _page(figure).select("svg"):
        labels = [str(mark.get("aria-label")) for mark in picture.select("[aria-label]")]
        assert any("daphne" in text and "no figure, late" in text for text in labels)
    assert "failed: late" in figure.html


def test_the_table_holds_the_data(lanes: Lanes, drawn: Drawn) -> None:
    assert lanes.reference is not None
    rows = _lanes(drawn(charts.cpu_views))[1].select("tbody tr")

    shown = {
        (row.select("th")[0].text, row.select("td")[2].text)
        for row in rows
        if row.select("td")[1].text == CPU.name
    }

    assert shown == {
        (summary.label, f"{number(summary.interval.middle)} ms")
        for summary in summarize(lanes.reference, "cpu", [CPU])
        if summary.interval
    }


def test_every_version_is_told_with_the_data_and_a_few_in_the_caption(drawn: Drawn) -> None:
    [lane, *_] = _lanes(drawn(charts.cpu_views))
    caption, data = lane.select_one(".cr-lane > .cr-caption"), lane.select_one("details.cr-data")

    assert caption is not None
    assert data is not None
    assert "django 6.1.3, uvicorn 0.54.0, daphne 4.2.3" in data.text
    assert "django 6.1.3, uvicorn 0.54.0" in caption.text
    assert "daphne" not in caption.text


def test_a_percentile_that_is_unknown_is_not_called_failed(drawn: Drawn) -> None:
    table = _lanes(drawn(charts.coordinated_omission))[0].select("tbody")[0]

    assert "too few requests" in table.text
    assert "failed" not in table.text


def test_rows_are_sorted_by_cost(lanes: Lanes, drawn: Drawn) -> None:
    picture = _lanes(drawn(charts.cpu_per_request))[1].select("svg")[0]
    shown = [text.text for text in picture.select(".role-axis-label text")]
    assert lanes.reference is not None

    found = [s for s in summarize(lanes.reference, "json", [CPU]) if s.interval]
    by_cost = sorted(found, key=lambda summary: summary.interval.middle if summary.interval else 0)

    assert [name for name in shown if not name[0].isdigit()] == [s.label for s in by_cost]


def test_servers_without_django_have_a_mark_of_their_own(drawn: Drawn) -> None:
    picture = _lanes(drawn(charts.cpu_per_request))[1].select("svg")[0]
    shapes: dict[bool, set[str]] = {True: set(), False: set()}
    for mark in picture.select("[aria-roledescription=point]"):
        outside = any(name in str(mark["aria-label"]) for name in ("bare ", "FastAPI"))
        # A circle is drawn with arcs, a diamond with straight lines.
        shapes[outside].add("arc" if "A" in str(mark["d"]) else "line")

    assert shapes == {True: {"line"}, False: {"arc"}}


def test_the_two_kinds_of_load_keep_their_colors_when_one_is_missing(make_run: MakeRun) -> None:
    run = make_run(rounds=2)
    only_open = tuple(row for row in run.rows if row.cell.load.clients is None)

    figure = charts.coordinated_omission(Lanes(this_build=replace(run, rows=only_open)))

    marks = _page(figure).select("[aria-roledescription=point]")
    assert {str(mark["fill"]) for mark in marks} == {"var(--cr-series-2)"}
