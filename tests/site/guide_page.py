"""The guide's page as its tests use it: opened anew or led on, answered, and asked where it is."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Locator, Page, expect

from crossroads.decisions.model import Advice, Question, Walk
from crossroads.decisions.read import read_tree
from crossroads.decisions.walk import walk, walks

ROOT = Path(__file__).parents[2]
TREE = read_tree(ROOT / "docs" / "decide")
WALKS = tuple(walks(TREE))
DEEP = max(WALKS, key=lambda one: len(one.steps))
"""The walk with the most questions."""
HALF = walk(TREE, DEEP.path.split(",")[:2])

DEADLINE_MS = 20_000
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}

STATE = """() => ({
  path: location.hash.slice(1),
  card: [...document.querySelectorAll(".cr-guide .cr-card")]
    .filter((card) => card.checkVisibility()).map((card) => card.dataset.card).join(),
  trail: [...document.querySelectorAll(".cr-trail li")]
    .map((step) => step.textContent.includes("(not known)")),
  unknown: document.querySelector(".cr-guide__unknown:not([hidden]) code")?.textContent ?? null,
  held: document.querySelector(".cr-held:not([hidden]) a")?.textContent ?? null,
})"""
"""What is seen: all that the page says of where the reader is."""

FOCUSED = "document.activeElement.matches('.cr-card:not([hidden]) > .cr-card__title')"
"""Whether the heading of what is shown has the focus, so that it is read out."""

type Visit = Callable[..., Page]


@contextmanager
def visits(browser: Browser, address: str) -> Iterator[Visit]:
    """Give a function that opens the guide anew, or another page of the site.

    No page that it opened may have thrown an error.
    """
    contexts = []
    errors: list[str] = []

    def visit(
        path: str = "",
        *,
        page: str = "decide/",
        prepare: Callable[[Page], None] | None = None,
        **options: Any,  # noqa: ANN401 - the browser's
    ) -> Page:
        context = browser.new_context(**{"viewport": DESK, "timezone_id": "UTC"} | options)
        contexts.append(context)
        context.set_default_timeout(DEADLINE_MS)
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(f"{opened.url}: {error}"))
        if prepare:
            prepare(opened)
        is_live = page == "decide/" and options.get("java_script_enabled", True)
        # Elsewhere what is to come is instant navigation, which asks for the sitemap first.
        until: Literal["load", "networkidle"] = "load" if is_live else "networkidle"
        opened.goto(address + page + (f"#{path}" if path else ""), wait_until=until)
        if is_live:
            opened.locator(".cr-guide.is-live").wait_for()
        return opened

    yield visit
    for context in contexts:
        context.close()
    assert errors == []


def seen(walked: Walk, held: Walk | None = None) -> dict[str, object]:
    """Return the state that the page must be in after a walk, beside one that is held."""
    return {
        "path": f"{held.path};{walked.path}" if held else walked.path,
        "card": walked.at.id,
        "trail": [step.is_assumed for step in walked.steps],
        "unknown": None,
        "held": held.at.title if held and isinstance(held.at, Advice) else None,
    }


def card(page: Page) -> Locator:
    """Return what is shown: a question or an advice."""
    return page.locator(".cr-card:visible")


def expect_at(page: Page, walked: Walk) -> None:
    """Expect the page to be where the engine is after the same answers."""
    expect(card(page)).to_have_attribute("data-card", walked.at.id)
    expect(page.locator(".cr-trail li")).to_have_count(len(walked.steps))


def expect_found(page: Page, script: str, expected: object) -> None:
    """Expect a script to return this soon: Material may just be putting the page in anew."""
    deadline = time.monotonic() + DEADLINE_MS / 1000
    while (found := page.evaluate(script)) != expected and time.monotonic() < deadline:
        page.wait_for_timeout(20)
    assert found == expected


def expect_seen(page: Page, walked: Walk, held: Walk | None = None) -> None:
    """Expect the page to say all that it must after a walk, beside one that is held."""
    expect_found(page, STATE, seen(walked, held))


def expect_focus(page: Page) -> None:
    """Expect the heading of what is shown to have the focus."""
    expect_found(page, FOCUSED, expected=True)


def say(page: Page, *answers: str) -> None:
    """Click an answer to each question that comes."""
    for answer in answers:
        card(page).locator(f'[data-answer="{answer}"]').click()


def said(walked: Walk) -> list[str]:
    """Return what was said on a walk, for `say`."""
    return [step.said for step in walked.steps]


def path_of(page: Page) -> str:
    """Return what the address says."""
    return page.url.partition("#")[2]


def go(page: Page, path: str) -> None:
    """Lead a page that is open already to a state, by its address."""
    page.evaluate("(path) => { location.hash = path }", path)
    expect_at(page, walk(TREE, answers(path)))


def go_by_tab(page: Page, name: str) -> None:
    """Click a tab at the top, without loading a page."""
    # A click before Material has the sitemap both loads the page and puts it in.
    page.wait_for_load_state("networkidle")
    page.locator(".md-tabs").get_by_role("link", name=name, exact=True).click()


def answers(path: str) -> Sequence[str]:
    """Return the answers of a path, without the walk that it is compared with."""
    now = path.rpartition(";")[2]
    return now.split(",") if now else []


def way_to(question: Question) -> Walk:
    """Return the beginning of a walk that comes to a question."""
    for one in WALKS:
        for done, step in enumerate(one.steps):
            if step.question == question:
                return walk(TREE, [before.answer.id for before in one.steps[:done]])
    raise AssertionError(f"no walk comes to {question.id}")
