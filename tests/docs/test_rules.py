"""The rules of thumb that pages cite exist, and none is kept that nothing cites."""

import re
from pathlib import Path

import pytest

from crossroads.evidence.rules import RULES
from crossroads.site.cited import pages

CITED = re.compile(r"rules\.md#([\w-]+)\)")


@pytest.fixture(scope="module")
def cited(root: Path) -> set[str]:
    return {
        rule for page in pages(root) for rule in CITED.findall(page.read_text(encoding="utf-8"))
    }


def test_every_rule_that_a_page_cites_exists(cited: set[str]) -> None:
    assert cited - set(RULES) == set()


def test_every_rule_is_cited(cited: set[str]) -> None:
    assert set(RULES) - cited == set()
