"""The one style sheet of the site: nothing that a page could need is lost from it."""

import shutil
from pathlib import Path

import material  # type: ignore[import-untyped]
import pytest
from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer
from playwright.sync_api import Browser

from crossroads.site.slim import slim, slimmed

PAGE = '<p class="here" data-state="open" style="color: var(--own)">gone</p><script>"made"</script>'

# Every selector of a sheet of which some element of this page matches, but for its state.
MATCHING = r"""(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const found = new Set();
  const state = /::?[\w-]+(?![\w(-])/g;
  const read = (rule) => {
    for (const inner of rule.cssRules ?? []) read(inner);
    for (const selector of (rule.selectorText ?? "").split(/,(?![^(]*\))/)) {
      const plain = selector.replace(state, "").replace(/(^|[\s>+~])(?=$|[\s>+~])/g, "$1*");
      try { if (document.querySelector(plain)) found.add(selector.trim()); } catch { }
    }
  };
  for (const rule of sheet.cssRules) read(rule);
  return [...found].sort();
}"""


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("p.here { top: 0; /* why */ left: 0 }", "p.here{top:0;left:0}"),
        (".gone, #gone, .here { top: 0 }", ".here{top:0}"),
        (".here .gone, [data-state=gone] { top: 0 }", ""),
        ("[data-state=open], [hidden] { top: 0 }", "[data-state=open],[hidden]{top:0}"),
        ("p:not(.gone, .away) { top: 0 }", "p:not(.gone, .away){top:0}"),
        (".made { top: 0 }", ".made{top:0}"),
        ("@media print { .gone { top: 0 } .here { top: 0 } }", "@media print{.here{top:0}}"),
        ("@media print { .gone { top: 0 } }", ""),
        ("@keyframes x { to { top: 0 } }", "@keyframes x { to { top: 0 } }"),
        (
            "p { --own: red; --used: url('a;b}c'); --unused: 1; mask: var(--used)!important }",
            "p{--own:red;--used:url('a;b}c');mask:var(--used)!important}",
        ),
        (".gone { top: var(--lost) } p { --lost: 1; top: 0 }", "p{top:0}"),
        (".here { top: 0; &:hover { top: 1px } }", ".here{top:0;&:hover{top:1px}}"),
    ],
)
def test_a_rule_that_matches_nothing_is_left_out(css: str, left: str) -> None:
    assert slimmed(css, [PAGE], ['"made"']).replace('"', "'") == left


@pytest.fixture(scope="module")
def slim_site(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slim") / "site"
    shutil.copytree(site, folder)
    slim(folder)
    return folder


def _sheets(page: Path, root: Path) -> list[Path]:
    links = BeautifulSoup(page.read_text(), "html.parser", parse_only=SoupStrainer("link"))
    hrefs = [str(link["href"]) for link in links.select("[rel=stylesheet]")]
    return [root / href[href.index("assets/") :] for href in hrefs]


def test_every_page_asks_for_the_same_one_sheet(slim_site: Path) -> None:
    asked = {tuple(_sheets(page, slim_site)) for page in slim_site.rglob("*.html")}

    assert [len(sheets) for sheets in asked] == [1]
    assert [sheet for (sheet,) in asked] == list(slim_site.rglob("*.css"))


def test_a_sheet_of_the_same_name_is_the_same(slim_site: Path) -> None:
    (before,) = slim_site.rglob("*.css")
    text = before.read_text()

    slim(slim_site)

    (after,) = slim_site.rglob("*.css")
    assert (after.name == before.name) == (after.read_text() == text)


def test_every_rule_that_matches_on_some_page_is_there(
    slim_site: Path, site: Path, browser: Browser
) -> None:
    (sheet,) = slim_site.rglob("*.css")
    theme = Path(material.__file__).parent / "templates" / "assets"
    ours = Path(__file__).parents[2] / "docs" / "assets"
    css = "\n".join(
        one.read_text() for one in (*theme.glob("stylesheets/*.css"), *sorted(ours.glob("*.css")))
    )
    context = browser.new_context()
    tab = context.new_page()
    for page in sorted(site.rglob("*.html")):
        tab.set_content(page.read_text())
        wanted = tab.evaluate(MATCHING, css)

        assert wanted
        assert sorted(set(wanted) - set(tab.evaluate(MATCHING, sheet.read_text()))) == [], page
    context.close()
