"""The two scripts of a customer's page, in a real browser before a real server."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect, sync_playwright

from .push_stage import APP, DEADLINE_S, SNIPPETS, Desk, desk_on, load_desk, track

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
# What a test decides instead of a clock and a person: when a pause ends, and who looks.
STAGE = """
let isHidden = false, next;
Object.defineProperty(document, "hidden", { get: () => isHidden });
window.hide = (value) => {
  isHidden = value;
  document.dispatchEvent(new Event("visibilitychange"));
};
window.pauses = [];
window.setTimeout = (deed, pause) => { pauses.push(pause); next = deed; };
window.endPause = () => next();
"""

EVERY_MS = 5_000

type Open = Callable[[str], Page]


# While it lives, an event loop runs in this thread: for one module at a time.
@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('pages') / 'desk.sqlite3'}"
    load_desk(url)
    return url


@pytest.fixture
def desk(file: str) -> Iterator[Desk]:
    with desk_on(file) as desk:
        yield desk


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Give a function that opens a page whose script is the one that the site shows."""
    with ExitStack() as leaving:

        def static(route: Route) -> None:
            name = route.request.url.rpartition("/")[2]
            if not name.endswith(".js"):
                route.fulfill(body="")
                return
            shown = SNIPPETS / "push" / name
            # What the app has is what the site shows.
            subprocess.run(["cmp", shown, APP / "tracking/static/tracking" / name], check=True)
            route.fulfill(path=shown)

        def open_page(url: str) -> Page:
            page = browser.new_page()
            leaving.callback(page.close)
            page.set_default_timeout(DEADLINE_S * 1000)
            page.add_init_script(STAGE)
            page.route("**/static/**", static)
            page.goto(url)
            return page

        yield open_page


def url(port: int, number: str, rest: str = "") -> str:
    return f"http://127.0.0.1:{port}{track(number, rest)}"


def pause(page: Page, count: int) -> float:
    """Return the length of a pause, in milliseconds, once so many have begun."""
    page.wait_for_function(f"pauses.length === {count}")
    return float(page.evaluate("pauses.at(-1)"))


def is_poll(response: Response) -> bool:
    return response.url.endswith("/events/")


@pytest.mark.runs("push/poll.js")
def test_the_page_polls_and_shows_what_is_new(desk: Desk, open_page: Open) -> None:
    port = desk.serve("servers/gunicorn-gthread.sh").port
    page = open_page(url(port, "DX00000001"))

    def poll() -> int:
        with page.expect_response(is_poll) as polled:
            page.evaluate("endPause()")
        return polled.value.status

    assert pause(page, 1) == EVERY_MS
    assert poll() == 304
    assert pause(page, 2) == pytest.approx(EVERY_MS, rel=0.1)
    desk.report(port, "DX00000001", "<b>Sorted</b>")
    assert poll() == 200
    expect(page.locator("#events li").last).to_contain_text("<b>Sorted</b>, Hamburg")
    assert pause(page, 3) == pytest.approx(EVERY_MS, rel=0.1)
    assert poll() == 304


@pytest.mark.runs("push/poll.js")
def test_a_page_that_nobody_looks_at_does_not_poll(desk: Desk, open_page: Open) -> None:
    page = open_page(url(desk.serve("servers/gunicorn-gthread.sh").port, "DX00000001"))
    polls: list[str] = []
    page.on("request", lambda request: polls.append(request.url))

    page.evaluate("hide(true)")
    page.evaluate("endPause()")
    page.evaluate("endPause()")
    assert (polls, page.evaluate("pauses.length")) == ([], 1)
    with page.expect_response(is_poll):
        page.evaluate("hide(false)")
    assert len(polls) == 1


@pytest.mark.runs("push/poll.js")
def test_after_each_error_the_page_waits_longer_until_it_is_answered(
    desk: Desk, open_page: Open
) -> None:
    page = open_page(url(desk.serve("servers/gunicorn-gthread.sh").port, "DX00000001"))

    page.route("**/events/", lambda route: route.fulfill(status=503))
    for count, seconds in enumerate([10, 20, 40, 60, 60], start=2):
        page.evaluate("endPause()")
        assert pause(page, count) == pytest.approx(seconds * 1000, rel=0.1)
    page.unroute("**/events/")
    page.route("**/events/", lambda route: route.abort())
    page.evaluate("endPause()")
    assert pause(page, 7) == pytest.approx(60_000, rel=0.1)
    page.unroute("**/events/")
    page.evaluate("endPause()")
    assert pause(page, 8) == pytest.approx(EVERY_MS, rel=0.1)


@pytest.mark.runs("push/stream.js")
def test_the_page_shows_what_it_is_sent_also_after_a_restart(desk: Desk, open_page: Open) -> None:
    wsgi = desk.serve("servers/gunicorn-gthread.sh")
    asgi = desk.serve("push/uvicorn-streams.sh", GRACE_S="0")
    page = open_page(url(asgi.port, "DX00000002", "live/"))
    known = page.locator("#events li").count()

    desk.report(wsgi.port, "DX00000002", "Sorted")
    expect(page.locator("#events li")).to_have_count(known + 1, timeout=DEADLINE_S * 1000)
    asgi.stop(DEADLINE_S)
    desk.report(wsgi.port, "DX00000002", "missed")
    desk.serve("push/uvicorn-streams.sh", port=asgi.port)

    expect(page.locator("#events li")).to_have_count(known + 2, timeout=DEADLINE_S * 1000)
    expect(page.locator("#events li").last).to_contain_text("missed, Hamburg")


@pytest.mark.runs("push/stream.js")
def test_after_an_answer_that_ends_a_stream_the_page_opens_it_again(
    desk: Desk, open_page: Open
) -> None:
    server = desk.serve("push/uvicorn-streams.sh")
    page = open_page("about:blank")
    page.route("**/stream/*", lambda route: route.fulfill(status=502), times=1)
    page.goto(url(server.port, "DX00000003", "live/"))
    known = page.locator("#events li").count()

    desk.report(desk.serve("servers/gunicorn-gthread.sh").port, "DX00000003", "Sorted")
    assert 5_000 <= pause(page, 1) <= 15_000
    page.evaluate("endPause()")

    expect(page.locator("#events li")).to_have_count(known + 1, timeout=DEADLINE_S * 1000)


@pytest.mark.runs("push/stream.js")
def test_a_page_that_nobody_looks_at_holds_no_stream(desk: Desk, open_page: Open) -> None:
    server = desk.serve("push/uvicorn-streams.sh")
    page = open_page("about:blank")
    with page.expect_request("**/stream/*") as opened:
        page.goto(url(server.port, "DX00000004", "live/"))

    with page.expect_event("requestfailed", lambda request: request == opened.value):
        page.evaluate("hide(true)")
    with page.expect_request("**/stream/*"):
        page.evaluate("hide(false)")
