import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from crossroads.evidence.catalogue import EVIDENCE
from crossroads.evidence.from_tests import find_in_tests
from crossroads.evidence.ledger import Ledger, find_all
from crossroads.evidence.model import Finding, State, Tested
from crossroads.site import connections
from crossroads.site.connections import SERIES_OF, connections_html, points

EMPTY = find_all(None, None)
COUNTED = {
    "requests": "50 requests",
    "asgi-at-5": "5 connections",
    "asgi-at-10": "10 connections",
    "asgi": "50 connections",
    "wsgi-at-5": "5 connections",
    "wsgi-at-20": "8 connections",
    "wsgi": "8 connections",
    "pool-at-5": "1 connection",
    "pool-at-10": "10 connections",
    "pool": "10 connections",
}


def found(values: dict[str, str] = COUNTED) -> Finding:
    proof = EVIDENCE["asgi-conns"].proof
    assert isinstance(proof, Tested)
    nothing = find_in_tests(EVIDENCE["asgi-conns"], proof, None)
    return replace(nothing, state=State.HOLDS, values=values)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> BeautifulSoup:
    book = Ledger(this_build=EMPTY, reference={**EMPTY, "asgi-conns": found()})
    monkeypatch.setattr(connections, "ledger", lambda _root: book)
    return BeautifulSoup(connections_html(Path()), "html.parser")


def test_a_point_is_what_was_counted_at_so_many_requests() -> None:
    counted = {(p.series, p.requests): p.connections for p in points(found())}

    assert counted["ASGI, no bound", 10] == 10
    assert counted["ASGI, no bound", 50] == 50
    assert counted["WSGI, eight threads", 20] == 8
    assert counted["ASGI, a pool of ten", 5] == 1
    assert ("WSGI, eight threads", 10) not in counted


def test_every_series_has_quantities_in_the_catalogue() -> None:
    names = {quantity.name for quantity in EVIDENCE["asgi-conns"].quantities}

    for prefix in SERIES_OF.values():
        assert {prefix, f"{prefix}-at-5", f"{prefix}-at-10", f"{prefix}-at-20"} <= names


def test_the_picture_has_a_title_and_a_description_and_marks_that_say_their_count(
    page: BeautifulSoup,
) -> None:
    for picture in page.select("svg"):
        assert picture.select_one("title")
        assert picture.select_one("desc")
        marks = [str(m.get("aria-label")) for m in picture.select("[aria-roledescription=point]")]
        assert len(marks) == len(points(found()))
        assert "WSGI, eight threads: 8 connections at 50 requests" in marks
    assert len(page.select("svg")) == 2


def test_the_picture_takes_every_color_from_the_style_sheet(page: BeautifulSoup) -> None:
    colors = set(re.findall(r'\b(?:fill|stroke)="([^"]+)"', str(page))) - {"none", "transparent"}

    assert colors
    assert all(color.startswith("var(--cr-") for color in colors), colors


def test_the_table_has_every_count_and_a_dash_where_there_is_none(page: BeautifulSoup) -> None:
    rows = {
        row.select("th")[0].text: [cell.text for cell in row.select("td")]
        for row in page.select("tbody tr")
    }

    assert rows["ASGI, no bound"] == ["5", "10", "–", "50"]
    assert rows["WSGI, eight threads"] == ["5", "–", "8", "8"]


def test_what_is_shown_says_whose_it_is(page: BeautifulSoup) -> None:
    assert [name.text for name in page.select(".cr-lane__name")] == ["Reference"]


def test_without_a_count_the_chart_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Ledger(this_build=EMPTY, reference=EMPTY)
    monkeypatch.setattr(connections, "ledger", lambda _root: book)

    assert "Not measured here" in connections_html(Path())
