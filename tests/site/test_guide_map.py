"""The whole guide as a picture, on its page and opened in the guide with the way marked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page, expect

from crossroads.decisions.model import Question, Walk
from crossroads.decisions.walk import begin, walk
from crossroads.site.guide import map_html

from .guide_page import (
    DEEP,
    HALF,
    PHONE,
    TREE,
    WALKS,
    Visit,
    expect_at,
    expect_focus,
    expect_found,
    expect_seen,
    go,
    go_by_tab,
    path_of,
    said,
    say,
    visits,
    way_to,
)

ROOT = Path(__file__).parents[2]
MARKED = """() => {
  const all = (name, marked) =>
    [...document.querySelectorAll(`.cr-map [data-${name}].${marked}`)]
      .map((one) => one.dataset[name]).sort();
  return {
    edge: all("edge", "is-walked"), node: all("node", "is-walked"), here: all("node", "is-here"),
  };
}"""
OPEN = "The whole guide, with your way marked"
REFERRED = next(
    one
    for one in WALKS
    for place, step in enumerate(one.steps[:-1])
    if way_to(one.steps[place + 1].question).path != ",".join(said(one)[: place + 1])
)
"""A walk that passes a question which is drawn elsewhere."""


@pytest.fixture(scope="module")
def picture() -> BeautifulSoup:
    return BeautifulSoup(map_html(ROOT), "html.parser")


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page that the tests share, its picture opened; each begins by going to a walk."""
    with visits(browser, address) as visit_:
        page = visit_()
        _open(page)
        yield page


def _open(page: Page) -> None:
    page.get_by_text(OPEN).click()
    page.locator(".cr-map").wait_for()


def _all(picture: BeautifulSoup, name: str) -> list[str]:
    return [str(one[name]) for one in picture.select(f"[{name}]")]


def _href(link: Tag) -> str:
    return str(link["xlink:href"])


def test_every_question_and_answer_is_drawn_once(picture: BeautifulSoup) -> None:
    answers = [(one.id, answer.id) for one in TREE.questions.values() for answer in one.answers]

    assert sorted(_all(picture, "data-node")) == sorted(TREE.questions)
    assert sorted(_all(picture, "data-edge")) == sorted(":".join(both) for both in answers)


def test_every_advice_is_drawn_wherever_an_answer_leads_to_it(picture: BeautifulSoup) -> None:
    nexts = [answer.next for one in TREE.questions.values() for answer in one.answers]
    ends = _all(picture, "data-end")

    assert set(TREE.advice) <= set(ends)
    for name in TREE.advice:
        assert ends.count(name) == nexts.count(name)


def test_every_link_leads_to_what_it_is_written_on(picture: BeautifulSoup) -> None:
    for link in picture.select("a"):
        name = str(link.get("data-node") or link["data-end"])
        if name in TREE.advice:
            assert _href(link) == f"../{name}/"
        else:
            address, _, path = _href(link).partition("#")
            assert address == "../"
            assert path == "guide" or walk(TREE, path.split(",")).at == TREE.questions[name]


def test_an_edge_ends_at_what_its_answer_leads_to(picture: BeautifulSoup) -> None:
    for edge in picture.select("[data-edge]"):
        question, _, answer = str(edge["data-edge"]).partition(":")
        end = edge.select(":scope > a")[0]
        [next_] = [one.next for one in TREE.questions[question].answers if one.id == answer]
        assert (end.get("data-node") or end["data-end"]) == next_


# What is written or drawn must be apart; only the text of a box is inside its box.
OVERLAPS = """() => {
  const svg = document.querySelector(".cr-map");
  const all = [...svg.querySelectorAll("rect, text")].map((one) => [one, one.getBBox()]);
  const apart = (a, b) =>
    a.x + a.width <= b.x + 1 || b.x + b.width <= a.x + 1 ||
    a.y + a.height <= b.y + 4 || b.y + b.height <= a.y + 4; // a line is higher than its letters
  const inside = (a, b) => a.x >= b.x && a.x + a.width <= b.x + b.width;
  const found = [];
  for (const [one, box] of all) {
    if (!inside(box, svg.viewBox.baseVal)) found.push(`${one.textContent} is cut`);
    for (const [other, room] of all) {
      const isOwn = one.parentElement === other.parentElement && one.matches("a > *");
      if (one === other) continue;
      if (isOwn ? one.matches("text") && !inside(box, room) : !apart(box, room)) {
        found.push(`${one.textContent} on ${other.textContent || other.nextSibling.textContent}`);
      }
    }
  }
  return found;
}"""


def test_nothing_is_written_over_something_else(page: Page) -> None:
    assert page.evaluate(OVERLAPS) == []


def _marked(walked: Walk) -> dict[str, list[str]]:
    """Return what must be marked in the picture."""
    is_asked = isinstance(walked.at, Question)
    return {
        "edge": sorted(f"{step.question.id}:{step.answer.id}" for step in walked.steps),
        "node": sorted(step.question.id for step in walked.steps),
        "here": [walked.at.id] if is_asked else [],
    }


STATES = {
    "the first question": begin(TREE),
    "in the middle": HALF,
    "the advice": DEEP,
    "past a question drawn elsewhere": REFERRED,
    "what was not known": walk(TREE, ["slow~", "fine~"]),
}


@pytest.mark.parametrize("walked", STATES.values(), ids=list(STATES))
def test_exactly_the_way_is_marked(page: Page, walked: Walk) -> None:
    go(page, walked.path)

    expect_found(page, MARKED, _marked(walked))


def test_the_picture_is_asked_for_when_it_is_opened_and_once(visit: Visit) -> None:
    asked: list[str] = []
    page = visit(prepare=lambda opened: opened.on("request", lambda one: asked.append(one.url)))
    say(page, *said(HALF))
    assert [url for url in asked if url.endswith("/map/")] == []

    page.get_by_text(OPEN).click()
    say(page, DEEP.steps[len(HALF.steps)].answer.id)  # while it is on its way, perhaps
    page.locator(".cr-map").wait_for()
    for _ in ("closed", "opened"):
        page.get_by_text(OPEN).click()
    go(page, DEEP.path)

    expect_found(page, MARKED, _marked(DEEP))
    assert len([url for url in asked if url.endswith("/map/")]) == 1


def test_a_picture_that_does_not_come_is_linked_and_comes_when_opened_again(visit: Visit) -> None:
    page = visit()
    page.route("**/decide/map/", lambda route: route.abort())
    page.get_by_text(OPEN).click()
    link = page.get_by_role("link", name="The picture has a page of its own.")
    expect(link).to_have_attribute("href", page.url.partition("#")[0] + "map/")
    page.unroute("**/decide/map/")

    for _ in ("closed", "opened"):
        page.get_by_text(OPEN).click()

    page.locator(".cr-map").wait_for()
    expect(link).to_have_count(0)


@pytest.mark.parametrize("walked", STATES.values(), ids=list(STATES))
@pytest.mark.parametrize("width", [PHONE["width"], 1280])
def test_where_the_reader_is_can_be_seen_in_it(page: Page, walked: Walk, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    go(page, "later")
    go(page, walked.path)

    frame = page.locator(".cr-map__scroll").bounding_box()
    last = walked.steps[-1] if walked.steps else None
    here = (
        f"[data-node={walked.at.id}] text"
        if isinstance(walked.at, Question)
        else f'[data-edge="{last and last.question.id}:{last and last.answer.id}"] > text'
    )
    box = page.locator(f".cr-map {here}").bounding_box()
    assert frame is not None
    assert box is not None
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_click_on_a_question_goes_there_without_loading_a_page(visit: Visit) -> None:
    page = visit(DEEP.path)
    _open(page)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda one: None if "/assets/" in one.url else asked.append(one.url))

    for question in (DEEP.steps[-1].question, DEEP.steps[0].question):
        page.locator(f'.cr-map [data-node="{question.id}"]').click()
        expect_seen(page, _first_way(question))
    steps = page.evaluate("history.length")
    page.locator(f'.cr-map [data-node="{question.id}"]').click()
    assert page.evaluate("history.length") == steps  # where it is already is no step
    elsewhere = page.locator(".cr-map .cr-map__elsewhere").first
    name = elsewhere.get_attribute("data-end")
    elsewhere.click()

    expect_seen(page, _first_way(TREE.questions[str(name)]))
    assert asked == []


def test_the_browser_s_back_leaves_open_what_was_opened(visit: Visit) -> None:
    page = visit()
    page.wait_for_load_state("networkidle")
    _open(page)
    say(page, *said(HALF))
    page.get_by_text("I don't know").locator("visible=true").click()

    ways = [walk(TREE, said(HALF)[:done]) for done in range(len(HALF.steps) + 1)]
    for way in reversed(ways[:-1]):
        page.go_back()
        expect_at(page, way)
        page.wait_for_load_state("networkidle")  # the first time, Material puts the page in anew
    for way in ways[1:]:
        page.go_forward()
        expect_at(page, way)

    expect(page.locator(".cr-find__ways:visible")).to_have_count(1)
    expect_found(page, MARKED, _marked(HALF))
    expect_focus(page)


def _first_way(question: Question) -> Walk:
    link = BeautifulSoup(map_html(ROOT), "html.parser").select(f'[data-node="{question.id}"]')[0]
    path = _href(link).partition("#")[2]
    return begin(TREE) if path == "guide" else walk(TREE, path.split(","))


def test_the_picture_s_own_page_leads_to_the_guide_and_to_advice(visit: Visit) -> None:
    page = visit(page="decide/map/")

    page.locator(f'[data-node="{DEEP.steps[-1].question.id}"]').click()
    page.locator(".cr-guide.is-live").wait_for()
    expect_seen(page, _first_way(DEEP.steps[-1].question))
    page.go_back()
    page.locator(f'[data-end="{DEEP.at.id}"]').first.click()

    page.wait_for_url(f"**/decide/{DEEP.at.id}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_from_home_to_the_guide_and_to_the_picture_and_back_no_page_is_loaded(
    visit: Visit,
) -> None:
    page = visit(page="")
    page.evaluate("window.stayed = true")

    go_by_tab(page, "Decide")
    expect_at(page, begin(TREE))
    say(page, *said(HALF))
    page.locator('.md-content a[href$="map/"]').click()
    page.locator(".cr-map").wait_for()
    page.go_back()
    expect_at(page, HALF)
    _open(page)
    page.locator(f'.cr-map [data-node="{HALF.steps[-1].question.id}"]').click()
    expect_at(page, walk(TREE, said(HALF)[:-1]))
    page.go_back()
    expect_at(page, HALF)
    for done in reversed(range(len(HALF.steps))):
        page.go_back()
        expect_at(page, walk(TREE, said(HALF)[:done]))
    page.go_back()
    page.locator(".cr-doors").first.wait_for()

    assert path_of(page) == ""
    assert page.evaluate("window.stayed") is True


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, scheme: Literal["light", "dark"]) -> None:
    page = visit(HALF.path, color_scheme=scheme)
    _open(page)
    for walked in (HALF, DEEP):
        go(page, walked.path)
        page.wait_for_load_state("networkidle")
        page.add_style_tag(content="* { transition: none !important }")

        found = Axe().run(page, context=".cr-guide")

        assert found.violations_count == 0, found.generate_report()
