"""A rule of thumb says the same wherever it is cited, and none is kept that nothing cites."""

import re
from collections.abc import Iterator
from pathlib import Path

from crossroads.evidence.rules import RULES

CITED = re.compile(r"\[([^\]\[]+)\]\((?:[\w./-]*/)?rules\.md#([\w-]+)\)")


def citations(root: Path) -> Iterator[tuple[str, str, str]]:
    """Give each link to a rule: where it stands, its text, the id."""
    for page in sorted((root / "docs").rglob("*")):
        if page.suffix in {".md", ".yml"}:
            text = " ".join(page.read_text(encoding="utf-8").split())
            for said, rule in CITED.findall(text):
                yield page.name, said, rule


def test_a_link_to_a_rule_says_its_value(root: Path) -> None:
    wrong = [c for c in citations(root) if c[2] not in RULES or RULES[c[2]].value != c[1]]

    assert wrong == []


def test_every_rule_is_cited(root: Path) -> None:
    assert set(RULES) - {rule for _, _, rule in citations(root)} == set()
