"""Every page as a reader's browser shows it: readable, on any screen, without another host."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

ROOT = Path(__file__).parents[2]
DEADLINE_MS = 30_000
PHONE, DESK = 360, 1280

type Look = Callable[..., Page]
type Visits = Callable[..., "Visit"]
type Scheme = Literal["light", "dark"]


def _paths() -> list[str]:
    docs = ROOT / "docs"
    pages = [*docs.rglob("*.md"), *(docs / "evidence").glob("*.py")]
    names = (page.relative_to(docs).with_suffix("").as_posix() for page in pages)
    return sorted(
        "" if name == "index" else f"{name.removesuffix('/index').removesuffix('index')}/"
        for name in names
    )


@dataclass(frozen=True)
class Visit:
    """A page that was opened, and what its browser noted."""

    page: Page
    asked: list[str]
    """Every address that the page requested."""
    errors: list[str]
    """Every error that a script did not catch."""


@contextmanager
def _visit(browser: Browser, url: str, *, js: bool = True) -> Iterator[Visit]:
    """Open a page anew, in a browser that has seen nothing."""
    size: ViewportSize = {"width": DESK, "height": 800}
    with browser.new_context(viewport=size, java_script_enabled=js) as context:
        context.set_default_timeout(DEADLINE_MS)
        visited = Visit(context.new_page(), [], [])
        visited.page.on("request", lambda request: visited.asked.append(request.url))
        visited.page.on("pageerror", lambda error: visited.errors.append(str(error)))
        visited.page.goto(url, wait_until="networkidle")
        if js:
            # A color on its way from one scheme to the other is no color of the site.
            visited.page.add_style_tag(content="* { transition: none !important }")
        yield visited


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visits]:
    """Give a function that opens a page anew; the page closes with the test."""
    with ExitStack() as leaving:
        yield lambda path, **options: leaving.enter_context(
            _visit(browser, address + path, **options)
        )


# The parameter belongs to the fixture, so pytest runs all tests of a page one after the other and
# closes it: with a tab for each page, three browsers fill the memory of a machine.
@pytest.fixture(scope="module", params=_paths())
def opened(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Give each page of the site; nothing but size and colors may be changed on it."""
    with _visit(browser, address + request.param) as visited:
        yield visited


@pytest.fixture(scope="module", params=_paths())
def plain(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Give each page of the site as it is without JavaScript."""
    with _visit(browser, address + request.param, js=False) as visited:
        yield visited.page


@pytest.fixture
def look(opened: Visit) -> Look:
    """Give a function that shows the page in a scheme of colors, at a width."""

    def look_(*, scheme: Scheme = "light", width: int = DESK) -> Page:
        page = opened.page
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        ground = {"light": "default", "dark": "slate"}[scheme]
        page.locator(f"body[data-md-color-scheme={ground}]").wait_for()
        return page

    return look_


def test_a_page_asks_no_other_host_and_runs_without_errors(opened: Visit, address: str) -> None:
    assert opened.asked
    assert [url for url in opened.asked if not url.startswith((address, "data:"))] == []
    assert opened.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(look: Look, scheme: Scheme) -> None:
    page = look(scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")

    # What a scheme can change is color; the rest is the same and need not be sought twice.
    rules = {"runOnly": ["color-contrast", "link-in-text-block"]} if scheme == "dark" else {}
    found = Axe().run(page, options=rules)

    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_on_a_phone(look: Look) -> None:
    page = look(width=PHONE)

    # Narrow, the page has other navigation; the rest is the same and need not be sought twice.
    found = Axe().run(page, options={"runOnly": ["cat.semantics", "cat.name-role-value"]})

    assert found.violations_count == 0, found.generate_report()


def test_a_page_fits_a_phone(look: Look) -> None:
    page = look(width=PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_one_picture_of_each_lane_is_visible_and_fits_it(look: Look, width: int) -> None:
    page = look(width=width)

    # A lane may be a table in place of a picture.
    for lane in page.locator(".cr-lane:not(:has(.cr-table--figures))").all():
        shown = [svg for svg in lane.locator("svg.cr-svg").all() if svg.is_visible()]
        assert len(shown) == 1
        picture, frame = shown[0].bounding_box(), lane.bounding_box()
        assert picture is not None
        assert frame is not None
        assert 200 < picture["width"] <= frame["width"]


def _colors(page: Page) -> tuple[str, ...]:
    script = "(mark) => getComputedStyle(mark).fill"
    mark = page.locator("svg.cr-svg:visible [aria-roledescription=point]").first
    text = page.locator("svg.cr-svg:visible text").first
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return mark.evaluate(script), text.evaluate(script), ground


def test_a_chart_follows_the_switch_of_colors(visit: Visits) -> None:
    page = visit("evidence/cpu-per-request/").page
    before = _colors(page)
    while page.locator("body").get_attribute("data-md-color-scheme") != "slate":
        page.locator("label[for^=__palette]:visible").click()

    after = _colors(page)

    assert all(old != new for old, new in zip(before, after, strict=True))


def test_instant_navigation_shows_the_next_chart_without_loading_a_page(visit: Visits) -> None:
    page = visit("evidence/").page
    page.evaluate("window.stayed = true")

    page.locator(".cr-doors").get_by_role("link", name="Computing").click()

    page.locator("#cpu-views svg:visible").first.wait_for(timeout=DEADLINE_MS)
    assert page.evaluate("window.stayed") is True


def test_a_page_reads_without_javascript(plain: Page) -> None:
    assert plain.locator("h1").first.is_visible()
    lanes = plain.locator(".cr-lane").count()
    pictures = plain.locator("svg.cr-svg:visible").count()
    assert pictures + plain.locator(".cr-table--figures:visible").count() == lanes


def test_the_table_of_a_chart_opens_without_javascript(visit: Visits) -> None:
    page = visit("evidence/cpu-views/", js=False).page
    table = page.locator(".cr-table").first
    assert not table.is_visible()

    page.locator("details.cr-data > summary").first.click()

    assert table.is_visible()
