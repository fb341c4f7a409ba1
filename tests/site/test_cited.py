from dataclasses import replace
from pathlib import Path

import pytest

from crossroads.evidence.catalogue import UnknownEvidenceError
from crossroads.evidence.ledger import Ledger, find_all
from crossroads.evidence.model import State
from crossroads.evidence.rules import RULES
from crossroads.site.cited import (
    bare_quantities,
    pages,
    prose,
    refresh_numbers,
    refreshed,
)

NOTHING = find_all(None, None)
BOOK = Ledger(
    this_build={
        **NOTHING,
        "asgi-alone": replace(NOTHING["asgi-alone"], state=State.HOLDS, values={"cpu": "9.9×"}),
    },
    reference={
        **NOTHING,
        "asgi-alone": replace(NOTHING["asgi-alone"], state=State.HOLDS, values={"cpu": "4.2×"}),
    },
)
LINK = "[{}](../evidence/index.md#asgi-alone.cpu)"


def test_a_stale_number_becomes_that_of_the_reference_and_not_of_this_build() -> None:
    assert refreshed(LINK.format("3×"), "decide", BOOK) == LINK.format("4.2×")


def test_a_fresh_page_comes_back_unchanged() -> None:
    text = f"It costs {LINK.format('4.2×')}, see [the claim](../evidence/index.md#asgi-alone).\n"

    assert refreshed(text, "decide", BOOK) == text


def test_a_number_that_the_reference_lacks_stays() -> None:
    text = "[10 hops](../evidence/index.md#asgi-hops.sync)"

    assert refreshed(text, "decide", BOOK) == text


def test_the_ledgers_own_pages_are_refreshed_too() -> None:
    for link in ("[3×](#asgi-alone.cpu)", "[3×](index.md#asgi-alone.cpu)"):
        assert refreshed(link, "evidence", BOOK) == link.replace("3×", "4.2×")


def test_a_stale_rule_of_thumb_becomes_what_was_chosen() -> None:
    rule = next(iter(RULES.values()))

    link = f"[99](../evidence/rules.md#{rule.id})"

    assert refreshed(link, "decide", BOOK) == link.replace("99", rule.value)


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(UnknownEvidenceError):
        refreshed("[3×](../evidence/index.md#nothing.cpu)", "decide", BOOK)


def test_refreshing_a_site_rewrites_pages_notebooks_and_the_tree(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "decide"
    folder.mkdir(parents=True)
    for name in ("index.md", "chart.py", "tree.yml"):
        (folder / name).write_text(f"# {LINK.format('3×')}\n")
    (folder / "fresh.md").write_text(LINK.format("4.2×"))

    changed = refresh_numbers(tmp_path, BOOK)

    assert sorted(path.name for path in changed) == ["chart.py", "index.md", "tree.yml"]
    assert all("4.2×" in path.read_text() for path in folder.iterdir())
    assert refresh_numbers(tmp_path, BOOK) == []


@pytest.mark.parametrize(
    "text",
    [
        "It takes 20 ms.",
        "It takes 1.5 s each.",
        "about 1,200 req/s at best",
        "It needs 45 MB more.",
        "4.2× as much",
        "It is 30 % slower",
        "some 5 % of it",
        "It is 3 times slower",
        "with 64 threads",
        "with 8 worker threads",
        "50 connections stay open",
        "16 hops",
        "between 3 and 5 seconds",
        "It starts two threads",
        "two hundred requests at once",
        "five times faster",
        "twice as fast",
        "[4.2×](method.md)",
        "> quoted: 20 ms",
    ],
)
def test_a_bare_quantity_is_found(text: str) -> None:
    assert bare_quantities(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "Each request has one thread.",
        "Django 6.1 on Python 3.14 speaks HTTP/1.1 and answers 503.",
        "the five carriers, two views, the first three steps",
        "run it three more rounds",
        "`--threads 8` and `timeout 30 s`",
        "```sh\nsleep 5 s\n```",
        "<!-- 20 ms -->",
        LINK.format("4.2×"),
        "[about 200 threads](../evidence/rules.md#waits-in-threads)",
        "the 95 th page, since 2026",
        "a 502 from the proxy",
    ],
)
def test_prose_without_a_quantity_is_let_pass(text: str) -> None:
    assert bare_quantities(text) == []


def test_prose_is_read_from_pages_metadata_notebooks_and_the_tree(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "page.md").write_text("---\nwhy: in metadata\n---\n\nin the text\n")
    (docs / "chart.py").write_text("# %% [markdown]\n# in a cell\n\n# %%\ncode = 'in code'\n")
    (docs / "tree.yml").write_text("a:\n  - {ask: in a question, run: in a command}\n")

    found = {passage.text.strip() for path in pages(tmp_path) for passage in prose(path, tmp_path)}

    assert found == {"in metadata", "in the text", "in a cell", "in a question"}
