"""Search as readers use it: loaded when they turn to it, and found by what they have met."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from crossroads.decisions.model import Advice
from crossroads.decisions.read import read_tree

ROOT = Path(__file__).parents[2]
ADVICE = read_tree(ROOT / "docs" / "decide").advice
SHOWN = 10
"""How many pages Material shows before a reader scrolls on."""
FIRST = 3
WORDS = ("502", "SynchronousOnlyOperation", "too many clients", "worker timeout")
INDEX, WORKER = "search_index.json", "workers/search."
DEADLINE_MS = 20_000
CLOSES_MS = 300
"""Material closes the search a moment after a page was put in."""
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}

type Visits = Callable[..., "Visit"]
type Search = Callable[[str], list[str]]


@dataclass(frozen=True)
class Visit:
    """A page that was opened, and what its browser noted."""

    page: Page
    asked: list[str]
    errors: list[str]

    @property
    def loaded(self) -> list[str]:
        """Return what of the search was requested, each as often as it was."""
        return sorted(part for url in self.asked for part in (INDEX, WORKER) if part in url)


@contextmanager
def _visits(browser: Browser, address: str) -> Iterator[Visits]:
    """Give a function that opens a page anew; all it opened are closed at the end."""
    contexts = []

    def visit_(path: str = "", **options: Any) -> Visit:  # noqa: ANN401 - the browser's
        context = browser.new_context(**{"viewport": DESK} | options)
        contexts.append(context)
        context.set_default_timeout(DEADLINE_MS)
        visited = Visit(context.new_page(), [], [])
        context.on("request", lambda request: visited.asked.append(request.url))
        visited.page.on("pageerror", lambda error: visited.errors.append(str(error)))
        visited.page.goto(address + path, wait_until="networkidle")
        return visited

    yield visit_
    for context in contexts:
        context.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visits]:
    with _visits(browser, address) as visit_:
        yield visit_


@pytest.fixture(scope="module")
def shared(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page with its search opened, which the tests share."""
    with _visits(browser, address) as visit_:
        page = visit_().page
        page.keyboard.press("/")
        yield page


@pytest.fixture
def search(shared: Page, address: str) -> Search:
    """Give a function that types words and returns the pages that are found, the best first."""

    def search_(words: str) -> list[str]:
        # Results do not say what they answer, so each search begins with none.
        _type(shared, "")
        expect(_results(shared)).to_have_count(0)
        _type(shared, words)
        expect(shared.locator(".md-search-result__meta")).to_contain_text("matching document")
        if "No matching" in shared.locator(".md-search-result__meta").inner_text():
            return []
        _results(shared).first.wait_for()
        links = _results(shared).evaluate_all(
            "(all) => all.map((one) => one.firstElementChild.href)"
        )
        return [re.sub(r"[?#].*", "", link.removeprefix(address)) for link in links[:SHOWN]]

    return search_


def _type(page: Page, words: str) -> None:
    field = page.get_by_role("textbox", name="Search")
    field.fill(words)
    field.press("End")


def _results(page: Page) -> Locator:
    return page.locator(".md-search-result__item")


def _expect_found(visited: Visit, words: str = "free-threading") -> None:
    _type(visited.page, words)
    _results(visited.page).first.wait_for()
    assert visited.loaded == [INDEX, WORKER]
    assert visited.errors == []


def _by_key(key: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        page.keyboard.press(key)

    return press


TURNS: dict[str, Callable[[Page], None]] = {
    "the key /": _by_key("/"),
    "the key s": _by_key("s"),
    "the key f": _by_key("f"),
    "a click": lambda page: page.get_by_role("textbox", name="Search").click(),
    "the pointer over it": lambda page: page.get_by_role("textbox", name="Search").hover(),
}


@pytest.mark.parametrize("turn", TURNS.values(), ids=list(TURNS))
def test_search_is_loaded_when_a_reader_turns_to_it_and_only_then(
    visit: Visits, turn: Callable[[Page], None]
) -> None:
    visited = visit()
    assert visited.loaded == []

    with visited.page.expect_request(f"**/{INDEX}"):
        turn(visited.page)

    _expect_found(visited)
    _expect_found(visited, "postgresql")


def test_search_is_loaded_on_a_phone_when_it_is_opened(visit: Visits) -> None:
    visited = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    assert visited.loaded == []

    visited.page.locator(".md-header label[for=__search]").first.tap()

    _expect_found(visited)


def test_a_link_with_words_opens_the_search_for_them(visit: Visits) -> None:
    visited = visit("?q=free-threading")

    _results(visited.page).first.wait_for()

    assert visited.loaded == [INDEX, WORKER]


def test_a_page_found_has_the_words_marked_when_come_to_at_once_and_when_loaded(
    visit: Visits,
) -> None:
    visited = visit()
    page = visited.page
    page.evaluate("window.stayed = true")
    page.keyboard.press("/")
    _expect_found(visited, "free-threading")

    page.keyboard.press("Enter")

    marks = page.locator("mark[data-md-highlight]")
    marks.first.wait_for()
    assert page.evaluate("window.stayed") is True
    page.reload()
    marks.first.wait_for()
    assert visited.errors == []


def test_search_works_after_pages_were_gone_through_without_loading_one(visit: Visits) -> None:
    visited = visit()
    page = visited.page
    page.evaluate("window.stayed = true")
    for name in ("Decide", "Evidence"):
        page.locator(".md-tabs").get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(f"**/{name.lower()}/")
    assert visited.loaded == []

    page.wait_for_timeout(CLOSES_MS)
    page.keyboard.press("/")

    _expect_found(visited)
    assert page.evaluate("window.stayed") is True


def test_without_the_script_search_works_as_material_made_it(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    page.route("**/search-later.js", lambda route: route.abort())
    with page.expect_request(f"**/{INDEX}"):
        page.goto(address, wait_until="networkidle")

    _type(page, "free-threading")

    _results(page).first.wait_for()
    page.close()


@pytest.mark.parametrize("advice", ADVICE.values(), ids=list(ADVICE))
def test_an_advice_is_found_by_what_its_readers_have_met(search: Search, advice: Advice) -> None:
    found = {symptom: search(symptom) for symptom in advice.symptoms}

    assert found
    assert {
        symptom: pages for symptom, pages in found.items() if f"decide/{advice.id}/" not in pages
    } == {}


@pytest.mark.parametrize("words", WORDS)
def test_words_of_an_error_find_advice_first(search: Search, words: str) -> None:
    advice = {f"decide/{name}/" for name in ADVICE}

    assert advice & set(search(words)[:FIRST])


PASTED = ("py-spy top --gil", "gunicorn -k gevent", "~ 502 ^", "127.0.0.1:8000 refused", "*")


@pytest.mark.parametrize("words", PASTED)
def test_what_the_index_would_take_for_a_command_is_but_words(search: Search, words: str) -> None:
    plain = re.sub(r"[^\w\s.]", " ", words)

    assert search(words) == (search(plain) if plain.strip() else [])
