"""The guide as readers use it: by mouse, by keys, by address, on a phone, without JavaScript."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from re import compile as pattern
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from crossroads.decisions.model import Advice, Question, Walk
from crossroads.decisions.paths import longest
from crossroads.decisions.read import read_tree
from crossroads.decisions.render.adr import adr
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.walk import walk, walks
from crossroads.measurements.identity import installed_versions
from crossroads.site.findings import lines, verified

ROOT = Path(__file__).parents[2]
TREE = read_tree(ROOT / "docs" / "decide")
WALKS = tuple(walks(TREE))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEADLINE_MS = 20_000
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}
FOCUSED = "document.activeElement.matches('.cr-card:not([hidden]) > .cr-card__title')"
ADVICE_PAGE = pattern(r"/decide/[a-z0-9-]+/$")
LEAST_TARGET_PX = 44

type Visit = Callable[..., Page]


def _longest_to(kind: type) -> Walk:
    return max((one for one in WALKS if isinstance(one.at, kind)), key=lambda one: len(one.steps))


DEEP = _longest_to(Advice)
"""The walk with the most questions before it comes to an advice."""
HALF = walk(TREE, DEEP.path.split(",")[:2])
STATES = {"the first question": "", "in the middle": HALF.path, "the advice": DEEP.path}
every_state = pytest.mark.parametrize("path", STATES.values(), ids=list(STATES))


@pytest.fixture(scope="module")
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Give a function that opens the guide anew, or another page of the site."""
    contexts = []

    def visit_(path: str = "", *, page: str = "decide/", **options: Any) -> Page:  # noqa: ANN401 - the browser's
        context = browser.new_context(**{"viewport": DESK, "timezone_id": "UTC"} | options)
        contexts.append(context)
        context.set_default_timeout(DEADLINE_MS)
        opened = context.new_page()
        opened.goto(address + page + (f"#{path}" if path else ""), wait_until="networkidle")
        return opened

    yield visit_
    for context in contexts:
        context.close()


def _card(page: Page) -> Locator:
    """Return what is shown: a question, an advice, or where the guide does not go on."""
    return page.locator(".cr-card:visible")


def _expect_at(page: Page, walked: Walk) -> None:
    """Expect the page to be where the engine is after the same answers."""
    name = walked.at.id if walked.at else ""
    expect(_card(page)).to_have_attribute("data-card", name)
    expect(page.locator(".cr-trail li")).to_have_count(len(walked.steps))


def _say(page: Page, *answers: str) -> None:
    for answer in answers:
        _card(page).locator(f'[data-answer="{answer}"]').click()


def _path(page: Page) -> str:
    return page.url.partition("#")[2]


def _heading_has_focus(page: Page) -> bool:
    return bool(page.evaluate(FOCUSED))


def test_every_walk_ends_where_the_engine_s_walk_ends(visit: Visit) -> None:
    page = visit()
    for walked in WALKS:
        _say(page, *(step.answer.id for step in walked.steps))

        _expect_at(page, walked)
        assert _path(page) == walked.path
        page.get_by_role("link", name="Start again").click()


def test_a_step_reads_out_the_next_question_and_asks_for_nothing(visit: Visit) -> None:
    page = visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for step in DEEP.steps:
        _say(page, step.answer.id)
        assert _heading_has_focus(page)
    expect(page.get_by_role("button", name="Copy as decision record")).to_be_visible()

    assert isinstance(DEEP.at, Advice)
    # The icon is asked for at each new address.
    pages = [url for url in asked if "/assets/" not in url]
    assert pages == [page.url.partition("#")[0] + f"{DEEP.at.id}/"]


def test_number_keys_walk_to_the_advice(visit: Visit) -> None:
    page = visit()

    for step in DEEP.steps:
        page.keyboard.press(str(step.question.answers.index(step.answer) + 1))

    _expect_at(page, DEEP)
    assert _heading_has_focus(page)


def test_number_keys_can_be_switched_off(visit: Visit) -> None:
    page = visit()
    page.get_by_role("checkbox", name="Number keys").uncheck()

    page.keyboard.press("1")

    _expect_at(page, walk(TREE, []))


def test_a_number_typed_into_the_search_chooses_nothing(visit: Visit) -> None:
    page = visit()
    page.get_by_role("textbox", name="Search").focus()

    page.keyboard.press("1")

    _expect_at(page, walk(TREE, []))


def test_tab_and_enter_walk_to_the_advice(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("1")  # from here on the heading has the focus
    for step in DEEP.steps[1:]:
        for _ in range(step.question.answers.index(step.answer) + 1):
            page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.get_attribute("data-answer") == step.answer.id
        assert focused.evaluate("(one) => getComputedStyle(one).outlineStyle") != "none"
        page.keyboard.press("Enter")

    _expect_at(page, DEEP)


def test_the_progress_counts_the_longest_way_on(visit: Visit) -> None:
    page = visit()
    for done in range(len(HALF.steps) + 1):
        at = walk(TREE, HALF.path.split(",")[:done]).at
        assert isinstance(at, Question)
        most = done + len(longest(TREE, at.id))
        expect(page.locator(".cr-progress")).to_have_text(f"Question {done + 1} of at most {most}")
        _say(page, DEEP.steps[done].answer.id)


def test_each_step_of_the_trail_goes_back_to_its_question(visit: Visit) -> None:
    page = visit(DEEP.path)
    trail = page.get_by_role("navigation", name="Your answers so far")
    for done in reversed(range(len(DEEP.steps))):
        trail.get_by_role("link").nth(done).click()

        _expect_at(page, walk(TREE, DEEP.path.split(",")[:done] if done else []))


def test_back_and_start_again_lead_back(visit: Visit) -> None:
    page = visit(HALF.path)

    page.get_by_role("link", name="Back", exact=True).click()
    _expect_at(page, walk(TREE, HALF.path.split(",")[:-1]))
    page.get_by_role("link", name="Start again").click()
    _expect_at(page, walk(TREE, []))
    expect(page.get_by_role("link", name="Back", exact=True)).to_be_hidden()


def test_the_browser_s_back_and_forward_walk_the_steps(visit: Visit) -> None:
    page = visit()
    first, second = (step.answer.id for step in DEEP.steps[:2])
    _say(page, first, second)

    page.go_back()
    _expect_at(page, walk(TREE, [first]))
    page.go_back()
    _expect_at(page, walk(TREE, []))
    page.go_forward()
    _expect_at(page, walk(TREE, [first]))
    page.wait_for_function(FOCUSED)


@pytest.mark.parametrize(
    "walked", {len(one.steps): one for one in WALKS}.values(), ids=lambda one: one.path
)
def test_a_permalink_opens_its_state(visit: Visit, walked: Walk) -> None:
    page = visit(walked.path)

    _expect_at(page, walked)
    assert page.locator(".cr-guide__unknown").is_hidden()
    heading = _card(page).locator(".cr-card__title").bounding_box()
    assert heading is not None
    assert 0 < heading["y"] < DESK["height"]


def test_a_permalink_whose_commas_were_encoded_opens_its_state(visit: Visit) -> None:
    _expect_at(visit(DEEP.path.replace(",", "%2C")), DEEP)


@pytest.mark.parametrize("unknown", ["unheard", "a'b]", "guide"])
def test_an_unknown_answer_in_the_address_is_named_where_the_known_ones_end(
    visit: Visit, unknown: str
) -> None:
    page = visit(f"{HALF.path},{unknown}")

    expect(page.locator(".cr-guide__unknown code")).to_have_text(unknown)
    _expect_at(page, HALF)


@pytest.mark.parametrize("unknown", ["unheard", "un%heard"])
def test_an_address_that_is_unknown_from_the_start_is_said_to_be(
    visit: Visit, unknown: str
) -> None:
    page = visit(unknown)

    expect(page.locator(".cr-guide__unknown code")).to_have_text(unknown)
    _expect_at(page, walk(TREE, []))


@pytest.mark.parametrize("anchor", ["guide", "not-yet", "which-way-should-it-run"])
def test_an_anchor_of_the_page_is_no_unknown_answer(visit: Visit, anchor: str) -> None:
    page = visit(anchor)

    _expect_at(page, walk(TREE, []))
    expect(page.locator(".cr-guide__unknown")).to_be_hidden()


def test_another_part_of_the_page_can_be_gone_to_without_losing_the_way(visit: Visit) -> None:
    page = visit(HALF.path)

    page.locator("a.md-skip").focus()
    page.keyboard.press("Enter")

    page.wait_for_url(lambda url: HALF.path not in url)
    _expect_at(page, HALF)


def test_an_address_edited_by_hand_is_followed(visit: Visit) -> None:
    page = visit()

    page.evaluate("(path) => { location.hash = path }", HALF.path)

    _expect_at(page, HALF)


def test_an_open_end_names_what_there_is_instead(visit: Visit) -> None:
    open_end = next((one for one in WALKS if one.at is None), None)
    if open_end is None:
        pytest.skip("the guide has no open end; it is whole")
    page = visit(open_end.path)

    expect(_card(page).get_by_role("heading")).to_have_text("The guide does not go on here yet")
    assert _card(page).get_by_role("link").count() > 0


def test_the_advice_arrives_whole_with_its_evidence_and_links(visit: Visit) -> None:
    page = visit(DEEP.path)
    advice = DEEP.at
    assert isinstance(advice, Advice)

    expect(_card(page).locator(".cr-rejected dt")).to_have_count(len(advice.rejected))
    assert _card(page).locator("ul .cr-evidence").count() == len(advice.evidence)
    links = _card(page).locator("a").evaluate_all("(all) => all.map((one) => one.href)")
    assert [link for link in links if not page.request.get(link).ok] == []


def test_an_advice_that_cannot_be_completed_still_recommends_and_links(visit: Visit) -> None:
    page = visit()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def fail(route: Route) -> None:
        route.abort()

    page.route(ADVICE_PAGE, fail)

    with page.expect_event("requestfailed"):
        _say(page, *(step.answer.id for step in DEEP.steps))

    expect(_card(page).locator(".cr-advice__recommend")).to_be_visible()
    expect(page.get_by_role("link", name="The whole answer with the recipe")).to_be_visible()
    copy = page.get_by_role("button", name="Copy as decision record")
    expect(copy).to_be_hidden()
    assert errors == []
    page.unroute(ADVICE_PAGE)
    page.go_back()
    page.go_forward()
    expect(copy).to_be_visible()


def _record(site: Path, address: str) -> str:
    versions = verified(installed_versions())
    evidence = lines(site.parent)
    sources = Sources(tree=TREE, evidence=evidence, versions=versions, base_url=address)
    return adr(DEEP, sources, NOW.date())


def test_the_copied_record_is_that_of_the_command_line(
    visit: Visit, site: Path, address: str
) -> None:
    page = visit(DEEP.path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.clock.set_fixed_time(NOW)

    page.get_by_role("button", name="Copy as decision record").click()

    expect(page.locator(".cr-actions__said:visible")).to_have_text("Copied, in Markdown.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == _record(site, address)
    assert DEEP.path in copied
    assert "2026-11-21" in copied


def test_where_copying_is_not_allowed_the_record_is_shown_selected(
    visit: Visit, site: Path, address: str
) -> None:
    page = visit(DEEP.path)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.clock.set_fixed_time(NOW)

    page.get_by_role("button", name="Copy as decision record").click()

    expect(page.locator(".cr-actions__said:visible")).to_contain_text("selected")
    area = page.get_by_role("textbox", name="Decision record")
    assert area.input_value() == _record(site, address)
    selected = area.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert selected == area.input_value()


def _goes_by_tab(page: Page, name: str) -> None:
    page.locator(".md-tabs").get_by_role("link", name=name, exact=True).click()


def test_the_guide_works_when_come_to_without_loading_a_page(visit: Visit) -> None:
    page = visit(page="")
    page.evaluate("window.stayed = true")

    _goes_by_tab(page, "Decide")
    _expect_at(page, walk(TREE, []))
    _say(page, *(step.answer.id for step in DEEP.steps))

    _expect_at(page, DEEP)
    assert page.evaluate("window.stayed") is True


def test_a_step_moves_no_page_on_which_the_next_question_is_in_sight(visit: Visit) -> None:
    page = visit(page="")
    _goes_by_tab(page, "Decide")
    for done, step in enumerate(HALF.steps, 1):
        _say(page, step.answer.id)

        _expect_at(page, walk(TREE, HALF.path.split(",")[:done]))
        assert page.evaluate("scrollY") == 0


def test_on_a_phone_a_step_from_far_below_brings_the_next_question_into_sight(
    visit: Visit,
) -> None:
    page = visit(viewport=PHONE)
    _card(page).locator(".cr-answer").last.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 300)")

    page.keyboard.press("1")

    heading = _card(page).locator(".cr-card__title").bounding_box()
    assert heading is not None
    assert 0 < heading["y"] < PHONE["height"] / 2


def test_the_guide_stays_where_it_was_when_left_and_come_back_to(visit: Visit) -> None:
    page = visit()
    page.evaluate("window.stayed = true")
    _say(page, *(step.answer.id for step in HALF.steps))

    _goes_by_tab(page, "Home")
    page.locator(".cr-doors").first.wait_for()
    page.go_back()

    _expect_at(page, HALF)
    _say(page, *(step.answer.id for step in DEEP.steps[len(HALF.steps) :]))
    _expect_at(page, DEEP)
    assert page.evaluate("window.stayed") is True


def test_the_tab_of_the_guide_starts_again_however_often(visit: Visit) -> None:
    page = visit()
    for _ in range(2):
        _say(page, *(step.answer.id for step in HALF.steps))
        _goes_by_tab(page, "Decide")
        _expect_at(page, walk(TREE, []))


def test_a_door_on_the_home_page_opens_its_question(visit: Visit) -> None:
    page = visit(page="")
    first = DEEP.steps[0].answer.id
    page.locator(f'.cr-doors a[href$="#{first}"]').click()

    _expect_at(page, walk(TREE, [first]))


@every_state
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, path: str, scheme: Literal["light", "dark"]) -> None:
    page = visit(path, color_scheme=scheme)
    ground = {"light": "default", "dark": "slate"}[scheme]
    page.locator(f"body[data-md-color-scheme={ground}]").wait_for()
    page.add_style_tag(content="* { transition: none !important }")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


def test_no_state_is_wider_than_a_phone(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    paths = sorted({",".join(one.path.split(",")[:done]) for one in WALKS for done in range(7)})
    wide = []
    for path in paths:
        page.evaluate("(path) => { location.hash = path }", path)
        _expect_at(page, walk(TREE, path.split(",") if path else []))
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        if page.evaluate("document.documentElement.scrollWidth") != PHONE["width"]:
            wide.append(path)

    assert wide == []


def test_the_first_answer_is_seen_on_a_phone_without_scrolling(visit: Visit) -> None:
    page = visit(viewport=PHONE)

    first = page.locator(".cr-answer:visible").first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] <= PHONE["height"]


def test_the_whole_row_of_an_answer_is_a_large_target(visit: Visit) -> None:
    page = visit(viewport=PHONE)

    for answer in page.locator(".cr-answer:visible").all():
        target, row = answer.bounding_box(), answer.locator("xpath=..").bounding_box()
        assert target is not None
        assert row is not None
        assert target["height"] >= LEAST_TARGET_PX
        assert target["width"] == row["width"]


def test_without_javascript_every_question_can_be_read(visit: Visit) -> None:
    page = visit(java_script_enabled=False)

    headings = page.locator(".cr-place .cr-card__title:visible")
    has_open_end = any(one.at is None for one in WALKS)
    assert headings.count() == len(TREE.questions) + has_open_end
    assert page.locator("[data-part]:visible").count() == 0


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


def test_without_javascript_the_outline_fits_a_phone(visit: Visit) -> None:
    page = visit(java_script_enabled=False, viewport=PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_printed_the_guide_is_an_outline(visit: Visit) -> None:
    page = visit(HALF.path)

    page.emulate_media(media="print")

    for name in TREE.questions:
        expect(page.locator(f'[data-card="{name}"] > .cr-card__title')).to_be_visible()


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
