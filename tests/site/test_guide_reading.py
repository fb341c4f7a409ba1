"""The guide for every reader: on a phone, without JavaScript, in print, with a screen reader."""

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from crossroads.decisions.model import Advice, Question, Walk
from crossroads.decisions.walk import begin

from .guide_page import (
    DEADLINE_MS,
    DEEP,
    HALF,
    PHONE,
    TREE,
    WALKS,
    Visit,
    card,
    expect_at,
    go,
    visits,
)

LARGER_PHONE = {"width": 390, "height": 780}
LEAST_TARGET_PX = 44
STATES = {"the first question": begin(TREE), "in the middle": HALF, "the advice": DEEP}
PATHS = sorted({",".join(one.path.split(",")[:done]) for one in WALKS for done in range(7)} - {""})
# With all opened that can be, but the picture, which has tests of its own.
WIDTHS = """async (paths) => {
  const widths = {};
  for (const path of paths) {
    const opened = new Promise((done) => addEventListener("hashchange", done, { once: true }));
    location.hash = path;
    await opened;
    for (const one of document.querySelectorAll("details:not([data-part])")) one.open = true;
    widths[path] = document.documentElement.scrollWidth;
  }
  return widths;
}"""


@pytest.fixture(scope="module")
def plain(browser: Browser, address: str) -> Iterator[Page]:
    """Return the guide as it is without JavaScript; no test may leave it changed."""
    with visits(browser, address) as visit_:
        yield visit_(java_script_enabled=False)


@pytest.fixture(scope="module", params=["light", "dark"])
def colored(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return the guide in the colors of day and of night."""
    scheme: Literal["light", "dark"] = request.param
    with visits(browser, address) as visit_:
        page = visit_(color_scheme=scheme)
        ground = {"light": "default", "dark": "slate"}[scheme]
        page.locator(f"body[data-md-color-scheme={ground}]").wait_for()
        yield page


@pytest.mark.parametrize("walked", STATES.values(), ids=list(STATES))
def test_axe_finds_nothing(colored: Page, walked: Walk) -> None:
    go(colored, walked.path)
    if isinstance(walked.at, Advice):
        expect(card(colored).locator(".cr-advice__reasons")).to_be_visible()
    colored.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    colored.locator(".cr-map").wait_for()
    colored.wait_for_load_state("networkidle")
    # Late, since Material takes out what it finds in the head when it puts the page in anew.
    colored.add_style_tag(content="* { transition: none !important }")

    found = Axe().run(colored)

    assert found.violations_count == 0, found.generate_report()


def test_no_state_is_wider_than_a_phone(visit: Visit) -> None:
    page = visit(viewport=PHONE)

    widths = page.evaluate(WIDTHS, PATHS)

    assert {path: width for path, width in widths.items() if width != PHONE["width"]} == {}


@pytest.mark.parametrize("size", [PHONE, LARGER_PHONE], ids=lambda size: f"{size['width']}")
def test_the_first_question_and_three_answers_are_seen_on_a_phone_without_scrolling(
    visit: Visit, size: dict[str, int]
) -> None:
    page = visit(viewport=size)

    question = card(page).locator(".cr-card__title").bounding_box()
    third = card(page).locator(".cr-answers .cr-answer").nth(2).bounding_box()
    assert question is not None
    assert question["y"] > 0
    assert third is not None
    assert third["y"] + third["height"] <= size["height"]
    assert page.evaluate("scrollY") == 0


def test_the_whole_row_of_an_answer_is_a_large_target(visit: Visit) -> None:
    page = visit(viewport=PHONE)

    for answer in card(page).locator(".cr-answers .cr-answer").all():
        target, row = answer.bounding_box(), answer.locator("xpath=..").bounding_box()
        assert target is not None
        assert row is not None
        assert target["height"] >= LEAST_TARGET_PX
        assert target["width"] == row["width"]


@pytest.mark.parametrize("question", TREE.questions.values(), ids=list(TREE.questions))
def test_without_javascript_a_question_can_be_read_with_its_answers(
    plain: Page, question: Question
) -> None:
    shown = plain.locator(f'[data-card="{question.id}"]')

    expect(shown.locator(".cr-card__title")).to_be_visible()
    expect(shown.locator(".cr-why")).to_be_visible()
    links = shown.locator(".cr-answers").get_by_role("link")
    expect(links).to_have_count(len(question.answers))
    shown.locator("summary").click()
    for way in (".cr-find__ways", ".cr-unsure .cr-answer"):
        expect(shown.locator(way)).to_be_visible()


def test_without_javascript_nothing_is_shown_that_would_need_it(plain: Page) -> None:
    assert plain.locator("[data-part]:visible, .cr-advice:visible").count() == 0
    assert plain.locator(".cr-guide button:visible").count() == 0


def test_without_javascript_answers_lead_down_the_page_and_to_an_advice_s_own(
    visit: Visit,
) -> None:
    page = visit(java_script_enabled=False)
    for step in DEEP.steps:
        question = page.locator(f'[data-card="{step.question.id}"]')
        heading = question.locator(".cr-card__title").bounding_box()
        assert heading is not None
        assert heading["y"] >= 0
        question.locator(f'[data-answer="{step.answer.id}"]').click()

    assert isinstance(DEEP.at, Advice)
    expect(page.get_by_role("heading", level=1)).to_have_text(DEEP.at.title)


def test_without_javascript_the_picture_and_the_options_lead_on(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    assert isinstance(DEEP.at, Advice)

    page.locator('.md-content a[href$="map/"]').click()
    page.locator(f'[data-node="{HALF.at.id}"]').click()
    expect(page.locator(f'[data-card="{HALF.at.id}"] .cr-card__title')).to_be_in_viewport()
    page.locator('.md-content a[href$="map/"]').click()
    page.locator(f'[data-end="{DEEP.at.id}"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DEEP.at.title)
    page.get_by_role("link", name="The questions that lead here").click()
    page.locator('.md-content a[href$="options/"]').click()
    page.locator(".cr-options").get_by_role("link", name=DEEP.at.title).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DEEP.at.title)


def test_without_javascript_the_outline_fits_a_phone(visit: Visit) -> None:
    page = visit(java_script_enabled=False, viewport=PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_printed_after_some_steps_the_guide_is_an_outline(visit: Visit) -> None:
    page = visit(DEEP.path)
    go(page, HALF.path)

    page.emulate_media(media="print")

    for name, question in TREE.questions.items():
        shown = page.locator(f'[data-card="{name}"]')
        expect(shown.locator(".cr-card__title")).to_be_visible()
        expect(shown.locator(".cr-answers .cr-answer:visible")).to_have_count(len(question.answers))
    assert page.locator("[data-part]:visible").count() == 0


def test_printed_at_its_end_a_walk_is_its_advice(visit: Visit) -> None:
    page = visit(DEEP.path)
    expect(card(page).locator(".cr-advice__reasons")).to_be_visible()

    page.emulate_media(media="print")

    expect_at(page, DEEP)
    expect(page.locator(".cr-trail")).to_be_visible()
    expect(page.locator(".cr-actions:visible, .cr-controls:visible")).to_have_count(0)


def test_a_permalink_waits_for_the_script_and_shows_the_outline_without_it(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    page.route("**/guide.js", lambda route: route.abort())

    page.goto(f"{address}decide/#{HALF.path}", wait_until="domcontentloaded")

    guide = page.locator(".cr-guide")
    # What hides it is the animation that shows it in the end.
    assert guide.evaluate("(one) => getComputedStyle(one).animationName") == "cr-appear"
    expect(guide.locator(".cr-card__title").first).to_be_visible(timeout=DEADLINE_MS)
    page.close()
