"""The guide as readers use it: by mouse, by address, left and come back to, and what it gives."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from re import compile as pattern

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from crossroads.decisions.model import Advice, Question, Walk
from crossroads.decisions.paths import longest
from crossroads.decisions.render.adr import adr
from crossroads.decisions.walk import walk
from crossroads.site.findings import guide_sources

from .guide_page import (
    DEEP,
    DESK,
    FOCUSED,
    HALF,
    PHONE,
    TREE,
    WALKS,
    Visit,
    card,
    expect_at,
    expect_focus,
    go,
    go_by_tab,
    path_of,
    said,
    say,
    visits,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADVICE_PAGE = pattern(r"/decide/[a-z0-9-]+/$")
NOT_KNOWN = walk(TREE, ["slow", "fine~"])
RECORDED = {"the answers": DEEP, "what was not known": NOT_KNOWN}


@pytest.fixture(scope="module")
def shared(browser: Browser, address: str) -> Iterator[Page]:
    with visits(browser, address) as visit_:
        yield visit_()


@pytest.fixture
def page(shared: Page) -> Page:
    """Return the guide at its first question, on a page that the tests share."""
    go(shared, "")
    return shared


def test_a_step_reads_out_the_next_question(page: Page) -> None:
    for step in DEEP.steps:
        say(page, step.answer.id)
        expect_focus(page)
    expect(page.get_by_role("button", name="Copy as decision record")).to_be_visible()


def test_what_is_not_known_can_be_found_out_or_left_open(page: Page) -> None:
    say(page, "slow")
    ways = card(page).locator(".cr-find__ways > li")
    expect(ways.first).to_be_hidden()

    card(page).get_by_text("I don't know: how do I find out?").click()

    asked = TREE.questions["slow"]
    expect(ways).to_have_count(len(asked.find_out))
    commands = [way.run for way in asked.find_out if way.run]
    assert card(page).locator(".cr-find__ways pre code").all_inner_texts() == commands
    card(page).locator(".cr-unsure").get_by_role("link").click()
    expect_at(page, NOT_KNOWN)
    assert path_of(page) == NOT_KNOWN.path
    steps = page.locator(".cr-trail li")
    expect(steps.first).not_to_contain_text("(not known)")
    expect(steps.last).to_contain_text("(not known)")


def test_the_progress_counts_the_longest_way_on(page: Page) -> None:
    for done in range(len(HALF.steps) + 1):
        at = walk(TREE, HALF.path.split(",")[:done]).at
        assert isinstance(at, Question)
        most = done + len(longest(TREE, at.id))
        expect(page.locator(".cr-progress")).to_have_text(f"Question {done + 1} of at most {most}")
        say(page, DEEP.steps[done].answer.id)


def test_each_step_of_the_trail_goes_back_to_its_question(page: Page) -> None:
    go(page, DEEP.path)
    trail = page.get_by_role("navigation", name="Your answers so far")
    for done in reversed(range(len(DEEP.steps))):
        trail.get_by_role("link").nth(done).click()

        expect_at(page, walk(TREE, DEEP.path.split(",")[:done] if done else []))


def test_back_and_start_again_lead_back(page: Page) -> None:
    go(page, HALF.path)

    page.get_by_role("link", name="Back", exact=True).click()
    expect_at(page, walk(TREE, HALF.path.split(",")[:-1]))
    page.get_by_role("link", name="Start again").click()
    expect_at(page, walk(TREE, []))
    expect(page.get_by_role("link", name="Back", exact=True)).to_be_hidden()


def test_the_browser_s_back_and_forward_walk_the_steps(page: Page) -> None:
    first, second = said(DEEP)[:2]
    say(page, first, second)

    page.go_back()
    expect_at(page, walk(TREE, [first]))
    page.go_back()
    expect_at(page, walk(TREE, []))
    page.go_forward()
    expect_at(page, walk(TREE, [first]))
    page.wait_for_function(FOCUSED)


@pytest.mark.parametrize(
    "walked", {len(one.steps): one for one in WALKS}.values(), ids=lambda one: one.path
)
def test_a_permalink_opens_its_state(visit: Visit, walked: Walk) -> None:
    page = visit(walked.path)

    expect_at(page, walked)
    assert page.locator(".cr-guide__unknown").is_hidden()
    heading = card(page).locator(".cr-card__title").bounding_box()
    assert heading is not None
    assert 0 < heading["y"] < DESK["height"]


@pytest.mark.parametrize("unknown", ["unheard", "a'b]", "guide"])
def test_an_unknown_answer_in_the_address_is_named_where_the_known_ones_end(
    visit: Visit, unknown: str
) -> None:
    page = visit(f"{HALF.path},{unknown}")

    expect(page.locator(".cr-guide__unknown code")).to_have_text(unknown)
    expect_at(page, HALF)


@pytest.mark.parametrize("unknown", ["unheard", "un%heard"])
def test_an_address_that_is_unknown_from_the_start_is_said_to_be(
    visit: Visit, unknown: str
) -> None:
    page = visit(unknown)

    expect(page.locator(".cr-guide__unknown code")).to_have_text(unknown)
    expect_at(page, walk(TREE, []))


@pytest.mark.parametrize("anchor", ["guide", "which-way-should-it-run"])
def test_an_anchor_of_the_page_is_no_unknown_answer(visit: Visit, anchor: str) -> None:
    page = visit(anchor)

    expect_at(page, walk(TREE, []))
    expect(page.locator(".cr-guide__unknown")).to_be_hidden()


def test_another_part_of_the_page_can_be_gone_to_without_losing_the_way(visit: Visit) -> None:
    page = visit(HALF.path)

    page.locator("a.md-skip").focus()
    page.keyboard.press("Enter")

    page.wait_for_url(lambda url: HALF.path not in url)
    expect_at(page, HALF)


def test_an_address_edited_by_hand_is_followed(page: Page) -> None:
    page.evaluate("(path) => { location.hash = path }", HALF.path)

    expect_at(page, HALF)


def test_the_advice_arrives_whole_with_its_evidence_and_links(visit: Visit) -> None:
    page = visit(DEEP.path)
    advice = DEEP.at
    assert isinstance(advice, Advice)

    expect(card(page).locator(".cr-rejected dt")).to_have_count(len(advice.rejected))
    assert card(page).locator("ul .cr-evidence").count() == len(advice.evidence)
    links = card(page).locator("a").evaluate_all("(all) => all.map((one) => one.href)")
    assert [link for link in links if not page.request.get(link).ok] == []


def test_an_advice_that_cannot_be_completed_still_recommends_and_links(visit: Visit) -> None:
    page = visit()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def fail(route: Route) -> None:
        route.abort()

    page.route(ADVICE_PAGE, fail)

    with page.expect_event("requestfailed"):
        say(page, *said(DEEP))

    expect(card(page).locator(".cr-advice__recommend")).to_be_visible()
    expect(page.get_by_role("link", name="The whole answer with the recipe")).to_be_visible()
    copy = page.get_by_role("button", name="Copy as decision record")
    expect(copy).to_be_hidden()
    assert errors == []
    page.unroute(ADVICE_PAGE)
    page.go_back()
    page.go_forward()
    expect(copy).to_be_visible()


def _record(walked: Walk, site: Path, address: str) -> str:
    return adr(walked, guide_sources(TREE, site.parent, address), NOW.date())


@pytest.mark.parametrize("walked", RECORDED.values(), ids=list(RECORDED))
def test_the_copied_record_is_that_of_the_command_line(
    visit: Visit, site: Path, address: str, walked: Walk
) -> None:
    page = visit(walked.path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.clock.set_fixed_time(NOW)

    page.get_by_role("button", name="Copy as decision record").click()

    expect(page.locator(".cr-actions__said:visible")).to_have_text("Copied, in Markdown.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == _record(walked, site, address)
    assert walked.path in copied
    assert "2026-11-21" in copied
    assert ("(not known" in copied) == (walked is NOT_KNOWN)


def test_where_copying_is_not_allowed_the_record_is_shown_selected(
    visit: Visit, site: Path, address: str
) -> None:
    page = visit(DEEP.path)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.clock.set_fixed_time(NOW)

    page.get_by_role("button", name="Copy as decision record").click()

    expect(page.locator(".cr-actions__said:visible")).to_contain_text("selected")
    area = page.get_by_role("textbox", name="Decision record")
    assert area.input_value() == _record(DEEP, site, address)
    selected = area.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert selected == area.input_value()


def test_the_guide_works_when_come_to_without_loading_a_page(visit: Visit) -> None:
    page = visit(page="")
    page.evaluate("window.stayed = true")

    go_by_tab(page, "Decide")
    expect_at(page, walk(TREE, []))
    say(page, *said(DEEP))

    expect_at(page, DEEP)
    assert page.evaluate("window.stayed") is True


def test_a_step_moves_no_page_on_which_the_next_question_is_in_sight(visit: Visit) -> None:
    page = visit(page="")
    go_by_tab(page, "Decide")
    for done, step in enumerate(HALF.steps, 1):
        say(page, step.answer.id)

        expect_at(page, walk(TREE, HALF.path.split(",")[:done]))
        assert page.evaluate("scrollY") == 0


def test_on_a_phone_a_step_from_far_below_brings_the_next_question_into_sight(
    visit: Visit,
) -> None:
    page = visit(viewport=PHONE)
    card(page).locator(".cr-answer").last.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 300)")

    page.keyboard.press("1")

    heading = card(page).locator(".cr-card__title").bounding_box()
    assert heading is not None
    assert 0 < heading["y"] < PHONE["height"] / 2


def test_the_guide_stays_where_it_was_when_left_and_come_back_to(visit: Visit) -> None:
    page = visit()
    page.evaluate("window.stayed = true")
    say(page, *said(HALF))

    go_by_tab(page, "Home")
    page.locator(".cr-doors").first.wait_for()
    page.go_back()

    expect_at(page, HALF)
    say(page, *said(DEEP)[len(HALF.steps) :])
    expect_at(page, DEEP)
    assert page.evaluate("window.stayed") is True


def test_the_tab_of_the_guide_starts_again_however_often(visit: Visit) -> None:
    page = visit()
    for _ in range(2):
        say(page, *said(HALF))
        go_by_tab(page, "Decide")
        expect_at(page, walk(TREE, []))


def test_a_door_on_the_home_page_opens_its_question(visit: Visit) -> None:
    page = visit(page="")
    first = DEEP.steps[0].answer.id
    page.locator(f'.cr-doors a[href$="#{first}"]').click()

    expect_at(page, walk(TREE, [first]))
