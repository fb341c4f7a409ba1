"""Every way through the guide in the browser ends where the engine's walk ends."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from http.server import SimpleHTTPRequestHandler
from json import dumps
from random import Random
from re import sub
from typing import override

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from crossroads.decisions.model import Advice, Question, Walk
from crossroads.decisions.walk import back, begin, walk
from crossroads.decisions.walk import say as said_next

from .conftest import Serve
from .guide_page import (
    DEEP,
    HALF,
    STATE,
    TREE,
    WALKS,
    Visit,
    card,
    expect_at,
    expect_seen,
    go,
    path_of,
    said,
    say,
    seen,
    visits,
    way_to,
)

UNSURE = [
    said_next(TREE, way_to(question), f"{question.unsure.take}~")
    for question in TREE.questions.values()
]
"""To each question, and on with what the guide takes where it is not known."""
NOT_DEFAULT = [
    (way_to(question), answer.id)
    for question in TREE.questions.values()
    for answer in question.answers
    if answer.id != question.unsure.take
]
HELD_UNKNOWN = "slow,fine,unheard;slow"
MOVED = {
    "once": HALF.path,  # a question that has moved
    f"{HALF.path},gone": DEEP.path,  # an answer that has
    "twice": "once,gone",  # a move that leads into others
}

# Commands of a browser are slow where there are hundreds, so these are given all at once.
CLICK = f"""(paths) => paths.map((path) => {{
  document.querySelector("[data-part=again]").click();
  for (const id of path.split(",")) {{
    document.querySelector(`.cr-card:not([hidden]) [data-answer="${{id}}"]`).click();
  }}
  return ({STATE})();
}})"""
OPEN = f"""async (paths) => {{
  const states = [];
  for (const path of paths) {{
    const opened = new Promise((done) => addEventListener("hashchange", done, {{ once: true }}));
    location.hash = path;
    await opened;
    states.push(({STATE})());
  }}
  return states;
}}"""
DO = f"""async (deeds) => {{
  const states = [];
  for (const {{ click, key, go }} of deeds) {{
    const {{ hash }} = location;
    if (click) document.querySelector(click).click();
    const pressed = new KeyboardEvent("keydown", {{ key, bubbles: true }});
    if (key) document.activeElement.dispatchEvent(pressed);
    if (go) history.go(go);
    while (go && location.hash === hash) {{
      await new Promise((done) => addEventListener("popstate", done, {{ once: true }}));
    }}
    states.push(({STATE})());
  }}
  return states;
}}"""


@pytest.fixture(scope="module")
def shared(browser: Browser, address: str) -> Iterator[Page]:
    with visits(browser, address) as visit_:
        yield visit_()


@pytest.fixture
def page(shared: Page) -> Page:
    """Return the guide at its first question, on a page that the tests share."""
    go(shared, "")
    return shared


def test_every_walk_by_clicks_ends_where_the_engine_s_does_and_asks_once_for_each_advice(
    visit: Visit,
) -> None:
    page = visit()
    asked: Counter[str] = Counter()
    page.on("request", lambda request: asked.update([request.url]))

    states = page.evaluate(CLICK, [one.path for one in WALKS])

    assert states == [seen(one) for one in WALKS]
    ends = {one.at.id for one in WALKS}
    expect(page.locator(".cr-advice[data-complete]")).to_have_count(len(ends))
    here = page.url.partition("#")[0]
    assert {url: times for url, times in asked.items() if url.startswith(here)} == {
        f"{here}{name}/": 1 for name in ends
    }


def test_every_permalink_leads_to_where_the_engine_s_walk_ends(page: Page) -> None:
    states = page.evaluate(OPEN, [one.path for one in WALKS])

    assert states == [seen(one) for one in WALKS]


def test_every_question_goes_on_when_the_answer_is_not_known(page: Page) -> None:
    by_click = page.evaluate(CLICK, [one.path for one in UNSURE])
    go(page, "")
    by_address = page.evaluate(OPEN, [one.path for one in UNSURE])

    assert by_click == by_address == [seen(one) for one in UNSURE]


def test_only_the_safe_answer_can_be_taken_unknown(page: Page) -> None:
    paths = [",".join([*said(way), f"{name}~"]) for way, name in NOT_DEFAULT]

    states = page.evaluate(OPEN, paths)

    assert states == [
        seen(way) | {"path": path, "unknown": f"{name}~"}
        for path, (way, name) in zip(paths, NOT_DEFAULT, strict=True)
    ]


def test_an_unknown_answer_of_the_walk_to_compare_with_is_named(page: Page) -> None:
    [state] = page.evaluate(OPEN, [HELD_UNKNOWN])

    fine, slow = walk(TREE, ["slow", "fine"]), walk(TREE, ["slow"])
    assert state == seen(slow, fine) | {"path": HELD_UNKNOWN, "unknown": "unheard"}


@pytest.mark.parametrize("written", ["%2C", "%2c", ",,"])
def test_a_permalink_is_spelled_as_links_are_now(visit: Visit, written: str) -> None:
    page = visit(f"{DEEP.path};{HALF.path}".replace(",", written).replace(";", "%3B"))

    expect_at(page, HALF)
    assert path_of(page) == f"{DEEP.path};{HALF.path}"
    assert page.evaluate("history.length") == 2  # the empty page, and this


def _moved(page: Page) -> None:
    """Have a page of the guide be one of a later tree, in which answers have moved."""
    data = f'data-moved="{escape(dumps(MOVED))}"'

    def change(route: Route) -> None:
        response = route.fetch()
        body = sub(r'data-moved="[^"]*"', lambda _: data, response.text())
        route.fulfill(response=response, body=body)

    page.route("**/decide/", change)


@pytest.mark.parametrize("path", ["once", "once,gone", "twice", f"{HALF.path},gone"])
def test_a_link_from_before_a_change_leads_on_and_is_then_as_links_are_now(
    visit: Visit, path: str
) -> None:
    now = walk(replace(TREE, moved=MOVED), path.split(","))
    page = visit(path, prepare=_moved)

    expect_seen(page, now)
    assert page.evaluate("history.length") == 2
    links = card(page).locator(".cr-answers a").all()
    if isinstance(now.at, Question):
        answers = [f"#{now.path},{answer.id}" for answer in now.at.answers]
        assert [link.get_attribute("href") for link in links] == answers


def test_a_walk_to_compare_with_may_be_from_before_a_change(visit: Visit) -> None:
    page = visit("twice;once", prepare=_moved)

    expect_seen(page, HALF, DEEP)


class _Reader:
    """Does one thing after another at random, and knows from the engine what must be seen."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.walked, self.held = begin(TREE), None
        self.history: list[tuple[Walk, Walk | None]] = [(self.walked, None)]
        self.now = 0

    held: Walk | None

    def does(self) -> Mapping[str, object]:
        """Do one thing, and return it for the browser."""
        at, steps = self.walked.at, self.walked.steps
        deeds = [self._press] if isinstance(at, Advice) else [self._press, self._answer] * 3
        deeds += [self._back, self._again, self._retrace] if steps else []
        deeds += [self._go] if any(there != self.history[0] for there in self.history) else []
        deeds += [self._stop] if self.held else []
        if isinstance(at, Advice) and not self.held:
            deeds += [self._compare] * 3
        return self.random.choice(deeds)()

    def _to(self, walked: Walk, held: Walk | None) -> None:
        if (walked, held) != (self.walked, self.held):
            self.history[self.now + 1 :] = [(walked, held)]
            self.now += 1
        self.walked, self.held = walked, held

    def _click(self, selector: str, walked: Walk, held: Walk | None) -> Mapping[str, object]:
        self._to(walked, held)
        return {"click": selector}

    def _answer(self) -> Mapping[str, object]:
        question = self.walked.at
        assert isinstance(question, Question)
        ids = [*(answer.id for answer in question.answers), f"{question.unsure.take}~"]
        id_ = self.random.choice(ids)
        selector = f'.cr-card:not([hidden]) [data-answer="{id_}"]'
        return self._click(selector, said_next(TREE, self.walked, id_), self.held)

    def _press(self) -> Mapping[str, object]:
        answers = self.walked.at.answers if isinstance(self.walked.at, Question) else ()
        number = self.random.randint(1, 9)
        for answer in answers[number - 1 : number]:
            self._to(said_next(TREE, self.walked, answer.id), self.held)
        return {"key": str(number)}

    def _back(self) -> Mapping[str, object]:
        return self._click("[data-part=back]", back(self.walked), self.held)

    def _again(self) -> Mapping[str, object]:
        return self._click("[data-part=again]", begin(TREE), None)

    def _retrace(self) -> Mapping[str, object]:
        done = self.random.randrange(len(self.walked.steps))
        before = walk(TREE, said(self.walked)[:done])
        return self._click(f".cr-trail li:nth-child({done + 1}) a", before, self.held)

    def _compare(self) -> Mapping[str, object]:
        return self._click(".cr-card:not([hidden]) [data-compare]", begin(TREE), self.walked)

    def _stop(self) -> Mapping[str, object]:
        return self._click(".cr-held__stop", self.walked, None)

    def _go(self) -> Mapping[str, object]:
        here = self.history[self.now]
        to = self.random.choice([n for n, there in enumerate(self.history) if there != here])
        by, self.now = to - self.now, to
        self.walked, self.held = self.history[to]
        return {"go": by}


@pytest.mark.parametrize("seed", range(30))
def test_whatever_a_reader_does_the_page_is_where_the_engine_is(page: Page, seed: int) -> None:
    reader = _Reader(seed)
    deeds, expected = [], []
    for _ in range(25):
        deeds.append(reader.does())
        expected.append(seen(reader.walked, reader.held))

    states: Sequence[object] = page.evaluate(DO, deeds)

    for number, (state, right) in enumerate(zip(states, expected, strict=True), 1):
        assert state == right, f"after {deeds[:number]}"


# The microtask of the observer runs when the task of the click is over.
WATCH = """() => {
  window.seen = [];
  addEventListener("click", () => {
    window.seen.push("click");
    requestAnimationFrame(() => window.seen.push("frame"));
    setTimeout(() => window.seen.push("next task"));
  }, { capture: true });
  new MutationObserver(() => {
    window.seen.push(document.querySelector(".cr-card:not([hidden])").dataset.card);
  }).observe(document.querySelector(".cr-guide"), { subtree: true, attributeFilter: ["hidden"] });
}"""


def test_the_next_question_is_there_before_the_next_frame_and_asks_for_nothing(
    visit: Visit,
) -> None:
    page = visit()
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    # The icon is asked for at each new address.
    page.on("request", lambda one: None if "/assets/" in one.url else asked.append(one.url))
    page.evaluate(WATCH)

    for step in DEEP.steps[:-1]:
        page.evaluate("window.seen = []")
        card(page).locator(f'[data-answer="{step.answer.id}"]').click()
        page.wait_for_function("window.seen.includes('frame')")
        assert page.evaluate("window.seen.slice(0, 2)") == ["click", step.answer.next]
    assert asked == []

    say_last = card(page).locator(f'[data-answer="{DEEP.steps[-1].answer.id}"]')
    with page.expect_response(lambda response: DEEP.at.id in response.url):
        say_last.click()
    assert asked == [page.url.partition("#")[0] + f"{DEEP.at.id}/"]


def _kept(page: Page) -> object:
    return page.evaluate("[document.cookie, { ...localStorage }, { ...sessionStorage }]")


def test_nothing_that_a_reader_says_leaves_the_browser_or_is_kept_there(
    browser: Browser, served: Serve
) -> None:
    received: list[str] = []

    class Listening(SimpleHTTPRequestHandler):
        @override
        def parse_request(self) -> bool:
            is_whole = super().parse_request()
            received.append(f"{self.requestline}\n{self.headers}")
            return is_whole

        @override
        def log_message(self, *args: object) -> None:
            pass

    with served(Listening) as address, visits(browser, address) as visit:
        page = visit(HALF.path)
        page.wait_for_load_state("networkidle")
        kept = _kept(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))

        say(page, *said(DEEP)[len(HALF.steps) :])
        page.get_by_role("link", name="Compare with another walk").click()
        page.get_by_text("The whole guide, with your way marked").click()
        page.locator(".cr-map").wait_for()
        page.reload(wait_until="networkidle")

        assert _kept(page) == kept
        assert page.context.cookies() == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert any("/decide/map/" in one for one in received)
    spoken = {word for step in DEEP.steps for word in (f"#{step.said}", f",{step.said}")}
    assert [one for one in received if any(word in one for word in spoken)] == []
    assert [one for one in received if not one.startswith(("GET ", "HEAD "))] == []
