"""The site as MkDocs builds it, strictly, from a copy of the project."""

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import override
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup, Tag

from crossroads.evidence.catalogue import EVIDENCE
from crossroads.site.blocks import Kind, fence_counts, read_account

ROOT = Path(__file__).parents[2]
CHART = ".cr-figure:not(.cr-picture)"
"""A figure that shows a measurement; a picture shows none."""


def _pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.rglob("index.html")) if "assets" not in page.parts]


class _Tags(HTMLParser):
    """The tags of a page with their attributes: far quicker to have than the whole tree."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page.read_text())

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def _charts(site: Path) -> list[BeautifulSoup]:
    pages = (BeautifulSoup(page.read_text(), "html.parser") for page in _pages(site))
    return [page for page in pages if page.select(CHART)]


def test_a_clone_without_any_measurement_builds_and_says_so(unmeasured_site: Path) -> None:
    charts = _charts(unmeasured_site)

    assert len(charts) >= len(list((ROOT / "docs" / "evidence").glob("*.py")))
    for page in charts:
        assert not page.select(f"{CHART} .cr-lane svg")
        assert all("Not measured here" in lane.text for lane in page.select(f"{CHART} .cr-lane"))


def test_every_notebook_becomes_a_page_with_a_picture(site: Path) -> None:
    for notebook in (ROOT / "docs" / "evidence").glob("*.py"):
        page = BeautifulSoup(
            (site / "evidence" / notebook.stem / "index.html").read_text(), "html.parser"
        )

        headings = page.select(".jupyter-wrapper :is(h1, h2)")
        assert [heading.name for heading in headings].count("h1") == 1
        assert headings[0].name == "h1"
        assert page.select("svg.cr-svg")


@pytest.mark.parametrize("kind", ["site", "unmeasured_site"])
def test_no_page_loads_anything_from_another_host(
    kind: str, request: pytest.FixtureRequest
) -> None:
    site: Path = request.getfixturevalue(kind)
    for page in _pages(site):
        loaded = [
            has.get("src") or has["href"]
            for tag, has in _Tags(page).found
            if has.get("src") or (tag == "link" and has.get("rel") in {"stylesheet", "icon"})
        ]

        assert loaded
        assert not [url for url in loaded if re.match(r"(https?:)?//", url)]


def test_ids_are_unique_on_every_page(site: Path) -> None:
    for page in _pages(site):
        ids = Counter(has["id"] for _, has in _Tags(page).found if "id" in has)

        assert [name for name, count in ids.items() if count > 1] == []


def test_every_link_leads_to_a_page_of_the_site_and_an_anchor_on_it(site: Path) -> None:
    tags = {page: _Tags(page).found for page in _pages(site)}
    ids = {page: {has["id"] for _, has in found if "id" in has} for page, found in tags.items()}
    lost, seen = [], 0
    for page, found in tags.items():
        links = {has["href"] for tag, has in found if tag == "a" and "href" in has}
        for link in sorted(link for link in links if not re.match(r"\w+:", link)):
            path, _, anchor = urljoin(f"/{page.relative_to(site)}", link).partition("#")
            target = site / path.lstrip("/")
            target = target / "index.html" if target.is_dir() else target
            there = ids.get(target, {anchor})
            is_found = target.is_file() and (not anchor or anchor in there)
            seen += 1
            if not is_found:
                lost.append(f"{page.parent.relative_to(site)}: {link}")

    assert lost == []
    assert seen > 100 * len(tags)


def test_the_home_page_shows_one_lane_and_both_machines(site: Path) -> None:
    home = BeautifulSoup((site / "index.html").read_text(), "html.parser")

    assert len(home.select(".cr-lane")) == 1
    measured = home.select_one(".cr-measured")
    assert measured is not None
    assert all(cpu in measured.text for cpu in ("Example CPU 3000", "Another CPU 9000"))


def test_the_evidence_page_counts_the_code_of_the_site(site: Path) -> None:
    page = BeautifulSoup((site / "evidence" / "index.html").read_text(), "html.parser")

    counted = page.select_one(".cr-counts")

    assert counted is not None
    shown = {str(term.text): int(value.text) for term, value in _pairs(counted)}
    counts = fence_counts(ROOT)
    assert sum(shown.values()) == sum(counts.values())
    assert shown.get("proven by nothing", 0) == counts["unaccounted"]


def _pairs(counted: Tag) -> list[tuple[Tag, Tag]]:
    return list(zip(counted.select("dt"), counted.select("dd"), strict=True))


def test_a_notebook_brings_no_style_sheet_and_no_script(site: Path) -> None:
    for page in _charts(site):
        content = page.select_one(".jupyter-wrapper")
        if content is not None:
            assert not content.select("style, script")


def test_a_build_warns_of_nothing(site: Path) -> None:
    log = (site.parent / "build.log").read_text()

    assert "Documentation built" in log
    assert "WARNING" not in log


def test_every_block_that_a_page_shows_is_in_the_account(site: Path) -> None:
    """What a live line or a hook puts on a page is shown to the reader like any other block."""
    counted = Counter(
        block.page.relative_to("docs").as_posix()
        for block in read_account(ROOT).blocks
        if block.kind is not Kind.DIAGRAM and block.page.is_relative_to("docs")
    )
    shown: Counter[str] = Counter()
    for page in _pages(site):
        html = BeautifulSoup(page.read_text(), "html.parser")
        shown[_source(page, site)] = len(html.select("article pre"))

    assert +shown == +counted


def _source(page: Path, site: Path) -> str:
    folder = page.parent.relative_to(site)
    for name in (f"{folder}.md", f"{folder}.py", f"{folder}/index.md"):
        if (ROOT / "docs" / name).exists():
            return Path(name).as_posix()
    raise AssertionError(page)


def test_the_evidence_is_published_for_programs(site: Path) -> None:
    published = json.loads((site / "evidence.json").read_text())

    states = {entry["id"]: entry["state"] for entry in published["evidence"]}
    assert states.keys() == EVIDENCE.keys()
    assert states["loop-block"] == "contradicted"
    assert states["asgi-alone"] == "holds"


def test_the_ledger_shows_both_lanes_and_the_state_of_every_claim(site: Path) -> None:
    page = BeautifulSoup((site / "evidence" / "index.html").read_text(), "html.parser")

    claims = {str(claim["id"]): claim for claim in page.select(".cr-claim__text")}
    assert claims.keys() == EVIDENCE.keys()
    threads = page.select_one('[id="asgi-threads.threads"]')
    assert threads is not None
    assert [cell.text for cell in threads.select("td")] == ["7 threads", "7 threads"]
    assert len(page.select(".cr-claim__state .cr-state")) == len(EVIDENCE)


def test_a_contradicted_claim_is_marked_where_it_is_stated(site: Path) -> None:
    marked = [
        page
        for page in _pages(site)
        if ("strong", "cr-contradicted")
        in {(tag, has.get("class")) for tag, has in _Tags(page).found}
    ]

    assert marked
