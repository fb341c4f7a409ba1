"""Every option by its name, and what the guide never advises, each with where to read on."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, expect

from crossroads.decisions.model import NonChoice, Option
from crossroads.decisions.read import read_tree
from crossroads.decisions.render.inline import plain
from crossroads.site.guide import never_html, options_html

ROOT = Path(__file__).parents[2]
TREE = read_tree(ROOT / "docs" / "decide")
PAGE = "decide/options/"


def _words(element: Tag) -> str:
    return " ".join(element.get_text(" ", strip=True).split())


def _rows() -> dict[str, Tag]:
    rows = BeautifulSoup(options_html(ROOT), "html.parser").select("tbody tr")
    return {_words(row.select("th")[0]): row for row in rows}


def test_every_option_is_there_in_the_order_of_the_tree() -> None:
    assert list(_rows()) == [option.name for option in TREE.options]


@pytest.mark.parametrize("option", TREE.options, ids=lambda option: option.name)
def test_an_option_links_to_all_that_speaks_of_it(option: Option) -> None:
    links = _rows()[option.name].select("a")

    assert [link["href"] for link in links] == [
        f"../{name}/" if name in TREE.advice else f"#{name}" for name in option.places
    ]
    for link, name in zip(links, option.places, strict=True):
        assert _words(link).startswith("Never: ") == (name in TREE.non_choices)


@pytest.mark.parametrize("non_choice", TREE.non_choices.values(), ids=list(TREE.non_choices))
def test_what_is_never_advised_has_its_reason_its_evidence_and_what_to_do(
    non_choice: NonChoice,
) -> None:
    page = BeautifulSoup(never_html(ROOT), "html.parser")

    [heading] = page.select(f'h3[id="{non_choice.id}"]')
    section = heading.parent
    assert section is not None
    assert _words(heading) == plain(non_choice.option).replace("`", "")
    assert plain(non_choice.because).replace("`", "") in _words(section)
    assert section.select(f'a[href="../{non_choice.see}/"]')
    assert len(section.select(".cr-evidence")) == len(non_choice.evidence)


def test_each_non_choice_is_an_anchor_that_a_link_opens(browser: Browser, address: str) -> None:
    page = browser.new_page()
    for name in TREE.non_choices:
        page.goto(f"{address}{PAGE}#{name}")

        expect(page.locator(f'h3[id="{name}"]')).to_be_in_viewport()
    page.close()
