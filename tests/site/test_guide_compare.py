"""Two walks compared: kept in the address, shown side by side from where they part."""

from collections import Counter
from collections.abc import Iterator
from re import compile as pattern
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from crossroads.decisions.model import Advice, Walk
from crossroads.decisions.render.inline import plain
from crossroads.decisions.walk import begin, walk
from crossroads.decisions.walk import shared as alike

from .guide_page import (
    DESK,
    PHONE,
    TREE,
    WALKS,
    Visit,
    card,
    expect_at,
    expect_seen,
    go,
    go_by_tab,
    said,
    say,
    visits,
)

ONE = max(WALKS, key=lambda one: len(one.steps))


def _ends_elsewhere(one: Walk, other: Walk) -> bool:
    return one.at.id != other.at.id


def _other(parting: int) -> Walk:
    """Return a walk that ends elsewhere and parts from the first after as many answers."""
    return next(one for one in WALKS if alike(ONE, one) == parting and _ends_elsewhere(one, ONE))


def _by_two_answers_to_one_question() -> tuple[Walk, Walk]:
    """Return two walks that part at answers which lead to the same question."""
    return next(
        (one, other)
        for one in WALKS
        for other in WALKS
        for place in [alike(one, other)]
        if _ends_elsewhere(one, other)
        and one.steps[place].answer.next == other.steps[place].answer.next
    )


OTHER = _other(len(ONE.steps) - 2)
PAIRS = {
    "from the first question": (ONE, _other(0)),
    "at the last question": (ONE, _other(len(ONE.steps) - 1)),
    "where one was not known": (ONE, walk(TREE, ["slow~", "fine~"])),
    "at answers that lead to one question": _by_two_answers_to_one_question(),
}
BOTH = f"{ONE.path};{OTHER.path}"
SAME = next(one for one in WALKS if one.at == ONE.at and one != ONE)
ADVICE_PAGE = pattern(r"/decide/[a-z0-9-]+/$")
PARTS = [
    "What you said",
    "What to do",
    "Why, and the first step",
    "Evidence",
    "What it costs",
    "What would change this",
]


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page that the tests share; each begins by going to a walk."""
    with visits(browser, address) as visit_:
        yield visit_()


def _advice(walked: Walk) -> Advice:
    assert isinstance(walked.at, Advice)
    return walked.at


def _table(page: Page) -> Locator:
    return page.locator(".cr-compare table:visible")


def _cells(page: Page, part: str) -> tuple[Locator, Locator]:
    """Return what the table says of both walks in one of its parts."""
    body = _table(page).locator("tbody").filter(has=page.get_by_text(part, exact=True))
    return body.locator("td").nth(0), body.locator("td").nth(1)


def test_the_first_walk_is_kept_while_a_second_begins(page: Page) -> None:
    go(page, ONE.path)

    page.get_by_role("link", name="Compare with another walk").click()

    expect_seen(page, begin(TREE), ONE)
    bar = page.locator(".cr-held").get_by_role("link", name=_advice(ONE).title)
    expect(bar).to_have_attribute("href", f"#{ONE.path}")
    for number, step in enumerate(OTHER.steps, 1):
        say(page, step.answer.id)
        expect_seen(page, walk(TREE, said(OTHER)[:number]), ONE)
    expect(page.get_by_role("link", name="Compare with another walk")).to_have_count(0)


@pytest.mark.parametrize(("one", "other"), PAIRS.values(), ids=list(PAIRS))
def test_at_the_second_end_both_are_shown_from_where_they_part(
    page: Page, one: Walk, other: Walk
) -> None:
    page.evaluate("(path) => { location.hash = path }", f"{one.path};{other.path}")

    heads = _table(page).locator("thead th")
    expect(heads).to_have_text([f"A: {_advice(one).title}", f"B: {_advice(other).title}"])
    expect(_table(page).locator(".cr-compare__part")).to_have_text(PARTS)
    for walked, cell in zip((one, other), _cells(page, "What you said"), strict=True):
        steps = [
            f"{plain(step.question.ask)} {plain(step.answer.say)}"
            for step in walked.steps[alike(one, other) :]
        ]
        expect(cell.locator("li")).to_have_text([step.replace("`", "") for step in steps])


def test_both_walks_say_what_the_pages_of_their_advice_say(page: Page) -> None:
    page.evaluate("(path) => { location.hash = path }", BOTH)
    expect(_table(page)).to_be_visible()

    for walked, column in ((ONE, 0), (OTHER, 1)):
        advice = _advice(walked)
        expect(_cells(page, "What to do")[column]).to_have_text(
            plain(advice.recommend).replace("`", "")
        )
        expect(_cells(page, "Why, and the first step")[column]).to_contain_text(
            plain(advice.first).replace("`", "")
        )
        for part, items in {
            "Evidence": advice.evidence,
            "What it costs": advice.costs,
            "What would change this": advice.changes,
        }.items():
            expect(_cells(page, part)[column].locator("li")).to_have_count(len(items))
        expect(_cells(page, "Evidence")[column].locator(".cr-evidence")).to_have_count(
            len(advice.evidence)
        )
    links = _table(page).locator("a").evaluate_all("(all) => all.map((one) => one.href)")
    assert [link for link in set(links) if not page.request.get(link).ok] == []


def test_the_same_advice_is_not_compared_with_itself(page: Page) -> None:
    go(page, f"{ONE.path};{SAME.path}")

    expect(page.locator(".cr-compare")).to_have_text("Both walks lead to the same advice.")
    expect(card(page).locator(".cr-advice__reasons")).to_be_visible()


def test_the_comparison_can_be_left_at_a_question_and_at_the_end(page: Page) -> None:
    for walked in (begin(TREE), walk(TREE, said(OTHER)[:2]), OTHER):
        go(page, f"{ONE.path};{walked.path}")

        page.get_by_role("link", name="Compare no more").click()

        expect_seen(page, walked)
        expect(_table(page)).to_have_count(0)
    expect(card(page).locator(".cr-advice__reasons")).to_be_visible()
    expect(page.get_by_role("link", name="Compare with another walk")).to_be_visible()


def test_the_browser_s_back_and_forward_lead_through_a_comparison(page: Page) -> None:
    go(page, OTHER.path)
    page.get_by_role("link", name="Compare with another walk").click()
    say(page, *said(ONE))
    expect(_table(page)).to_be_visible()

    ways = [walk(TREE, said(ONE)[:done]) for done in range(len(ONE.steps) + 1)]
    for way in reversed(ways[:-1]):
        page.go_back()
        expect_at(page, way)
    expect(page.locator(".cr-held")).to_be_visible()
    expect_seen(page, begin(TREE), OTHER)
    page.go_back()
    expect(page.locator(".cr-held")).to_be_hidden()
    expect_seen(page, OTHER)
    expect(card(page).locator(".cr-advice__reasons")).to_be_visible()
    for way in ways:
        page.go_forward()
        expect_at(page, way)
    expect(_table(page)).to_be_visible()
    expect_seen(page, ONE, OTHER)


def test_another_part_of_the_page_can_be_gone_to_without_losing_the_comparison(
    page: Page,
) -> None:
    go(page, BOTH)

    page.evaluate("location.hash = 'which-way-should-it-run'")

    expect(page.locator(".cr-held")).to_be_visible()
    expect(_table(page)).to_be_visible()


def test_its_permalink_opened_anew_shows_what_was_seen_and_asks_once_for_each_advice(
    page: Page, visit: Visit
) -> None:
    go(page, ONE.path)
    page.get_by_role("link", name="Compare with another walk").click()
    say(page, *said(OTHER))
    expect(_table(page)).to_be_visible()
    walked = _table(page).inner_text()
    asked: Counter[str] = Counter()

    def count(opened: Page) -> None:
        opened.on("request", lambda request: asked.update([request.url.partition("/decide/")[2]]))

    anew = visit(page.url.partition("#")[2], prepare=count)

    expect(_table(anew)).to_be_visible()
    assert _table(anew).inner_text() == walked
    expect_seen(anew, OTHER, ONE)
    assert [asked[f"{one.at.id}/"] for one in (ONE, OTHER)] == [1, 1]


def test_what_is_no_finished_walk_is_not_compared_with(page: Page) -> None:
    unfinished = ",".join(said(ONE)[:-1])
    go(page, "")

    page.evaluate("(path) => { location.hash = path }", f"{unfinished};{OTHER.path}")

    expect_at(page, OTHER)
    expect_seen(page, OTHER)


def test_an_advice_that_does_not_come_leaves_a_gap_with_a_link(visit: Visit) -> None:
    page = visit()
    page.route(f"**/decide/{ONE.at.id}/", lambda route: route.abort())

    go(page, BOTH)

    gap, whole = _cells(page, "Evidence")
    expect(gap).to_have_text("See its page.")
    expect(whole.locator("li").first).to_be_visible()
    head = _table(page).get_by_role("link", name=_advice(ONE).title)
    expect(head).to_have_attribute("href", f"{ONE.at.id}/")


def test_a_reader_who_leaves_before_an_advice_has_come_is_not_followed(visit: Visit) -> None:
    page = visit()
    page.wait_for_load_state("networkidle")
    waiting: list[Route] = []
    page.route(ADVICE_PAGE, lambda route: waiting.append(route))  # noqa: PLW0108 - no builtin
    go(page, BOTH)
    go(page, f"{SAME.path};{OTHER.path}")
    go_by_tab(page, "Home")
    page.locator(".cr-doors").first.wait_for()

    # The last one has come when its request is over; an error would be noted by then.
    for route in waiting:
        with page.expect_event("requestfinished"):
            route.continue_()

    assert waiting
    assert page.locator(".cr-compare").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(
    visit: Visit, size: dict[str, int], scheme: Literal["light", "dark"]
) -> None:
    page = visit(BOTH, viewport=size, color_scheme=scheme)
    page.add_style_tag(content="* { transition: none !important }")
    expect(_table(page)).to_be_visible()

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [PHONE["width"], 390])
def test_a_comparison_fits_a_phone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 780})
    wide = []
    for path in (f"{ONE.path};", f"{ONE.path};{SAME.path}", BOTH):
        go(page, path)
        expect(page.locator(".cr-compare")).to_be_visible(visible=not path.endswith(";"))
        if page.evaluate("document.documentElement.scrollWidth") != width:
            wide.append(path)
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})

    assert wide == []
