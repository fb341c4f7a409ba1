"""The guide by keys alone: all of it can be reached, the focus is seen, and nothing traps it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from crossroads.decisions.model import Question, Walk
from crossroads.decisions.walk import begin, walk

from .guide_page import (
    DEEP,
    TREE,
    WALKS,
    Visit,
    card,
    expect_at,
    expect_focus,
    expect_seen,
    said,
)

# Material has some stops above the guide, and the picture has one for each of its links.
MOST_STOPS = 250
SEEN = """(one) => {
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  return one.matches(":focus-visible") && outlineStyle !== "none" && outlineWidth !== "0px";
}"""
OTHER = next(one for one in WALKS if one.at != DEEP.at and one.steps[0] != DEEP.steps[0])


def _tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is where it is wanted, and can be seen at each stop."""
    wanted = target.element_handle()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.evaluate("(one) => Boolean(one.closest('.cr-guide'))"):
            assert focused.evaluate(SEEN), focused.evaluate("(one) => one.outerHTML")
        if focused.evaluate("(one, wanted) => one === wanted", wanted):
            return
    raise AssertionError(f"{MOST_STOPS} times Tab did not lead to {target}")


def _press(page: Page, walked: Walk, begun: Walk) -> None:
    """Press the number of each answer that a walk gives after what was said before."""
    for step in walked.steps[len(begun.steps) :]:
        page.keyboard.press(str(step.question.answers.index(step.answer) + 1))


def test_keys_alone_lead_from_the_top_through_all_that_the_guide_can_do(visit: Visit) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    # An answer by Tab and Enter, what is not known, and the others by number.
    _tab_to(page, card(page).locator(f'[data-answer="{DEEP.steps[0].answer.id}"]'))
    page.keyboard.press("Enter")
    begun = walk(TREE, said(DEEP)[:1])
    expect_seen(page, begun)
    expect_focus(page)
    assert isinstance(begun.at, Question)
    _tab_to(page, card(page).locator("summary"))
    page.keyboard.press("Enter")
    _tab_to(page, card(page).locator(".cr-unsure a"))
    page.keyboard.press("Enter")
    expect_seen(page, walk(TREE, [*said(begun), f"{begun.at.unsure.take}~"]))
    _tab_to(page, page.get_by_role("link", name="Back", exact=True))
    page.keyboard.press("Enter")
    expect_seen(page, begun)
    _press(page, DEEP, begun)
    expect_seen(page, DEEP)
    expect_focus(page)

    # Its record, and another walk to compare it with.
    _tab_to(page, page.get_by_role("button", name="Copy as decision record"))
    page.keyboard.press("Enter")
    expect(page.locator(".cr-actions__said:visible")).to_have_text("Copied, in Markdown.")
    _tab_to(page, page.get_by_role("link", name="Compare with another walk"))
    page.keyboard.press("Enter")
    expect_focus(page)
    _press(page, OTHER, begin(TREE))
    expect_seen(page, OTHER, DEEP)
    expect(page.locator(".cr-compare table")).to_be_visible()
    _tab_to(page, page.locator(".cr-compare"))
    _tab_to(page, page.locator(".cr-compare thead a").last)

    # The picture: its frame scrolls by keys, and its questions are links.
    _tab_to(page, page.get_by_text("The whole guide, with your way marked"))
    page.keyboard.press("Enter")
    page.locator(".cr-map").wait_for()
    _tab_to(page, page.locator(".cr-map__scroll"))
    question = DEEP.steps[-1].question
    _tab_to(page, page.locator(f'.cr-map [data-node="{question.id}"]'))
    page.keyboard.press("Enter")
    expect(card(page)).to_have_attribute("data-card", question.id)
    expect_focus(page)

    # And on, out of the guide.
    _tab_to(page, page.locator('.md-content a[href$="options/"]'))


def test_number_keys_can_be_switched_off(visit: Visit) -> None:
    page = visit()
    page.get_by_role("checkbox", name="Number keys").uncheck()

    page.keyboard.press("1")

    expect_at(page, begin(TREE))


def test_a_number_typed_into_the_search_chooses_nothing(visit: Visit) -> None:
    page = visit()
    page.get_by_role("textbox", name="Search").focus()

    page.keyboard.press("1")

    expect_at(page, begin(TREE))


@pytest.mark.parametrize("keys", ["Control+1", "Alt+1", "Meta+1", "0", "9"])
def test_keys_that_are_the_browser_s_or_no_answer_s_choose_nothing(visit: Visit, keys: str) -> None:
    page = visit()

    page.keyboard.press(keys)

    expect_at(page, begin(TREE))


def test_each_answer_is_reached_by_one_more_tab_from_the_heading(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("1")  # from here on the heading has the focus
    at = walk(TREE, [TREE.questions[TREE.root].answers[0].id]).at
    assert isinstance(at, Question)

    for answer in at.answers:
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("data-answer") == answer.id
