"""The lists of claims and of traps keep their form, and nothing in them stands without a proof."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from crossroads.evidence.catalogue import EVIDENCE

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
VERDICTS = {
    "right",
    "right, and too mild",
    "half right",
    "outdated",
    "wrong",
    "not decidable here",
}
PARTS = ("What you see", "Why", "What helps", "Proof")

_ENTRY = re.compile(
    r"^### (?P<title>.+?) \{#(?P<anchor>[a-z0-9-]+)\}\n(?P<text>.*?)(?=^##|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SOURCE = re.compile(r"\]\(https://[^)\s]+\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)`")


@dataclass(frozen=True)
class Entry:
    """A claim or a trap, as its page has it."""

    page: str
    title: str
    anchor: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}#{self.anchor}"

    def part(self, name: str) -> str:
        """Return the text of a part up to the next; empty when there is none."""
        found = re.search(
            rf"^\*\*{name}[.:]\*\*(.*?)(?=^\*\*|\Z)", self.text, re.MULTILINE | re.DOTALL
        )
        return found.group(1).strip() if found else ""


def entries(page: str) -> list[Entry]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return [Entry(page, **found.groupdict()) for found in _ENTRY.finditer(text)]


def evidence_of(text: str) -> set[str]:
    """Return the ids of the evidence that a text links, those of its quantities too."""
    linked = re.findall(r"evidence/index\.md#([a-z0-9-]+)", text)
    return {name for name in linked if name in EVIDENCE}


def known_tests(text: str) -> list[str]:
    return [path for path in _TEST.findall(text) if (ROOT / path).is_file()]


CLAIMS = entries("claims/index.md")
TRAPS = [
    entry
    for page in sorted((DOCS / "traps").glob("*.md"))
    for entry in entries(page.relative_to(DOCS).as_posix())
]


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_a_claim_has_a_verdict_and_what_it_rests_on(claim: Entry) -> None:
    rests_on = claim.part("Evidence")

    assert claim.part("Verdict").partition("\n")[0] in VERDICTS
    assert rests_on
    assert evidence_of(rests_on) or _SOURCE.search(claim.text), "link evidence, or a source by name"
    assert "](" in claim.part("More"), "say where it goes on"


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_trap_says_what_is_seen_why_what_helps_and_how_it_is_known(trap: Entry) -> None:
    proof = trap.part("Proof")

    assert [name for name in PARTS if not trap.part(name)] == []
    assert evidence_of(proof) or known_tests(proof), "link evidence, or name a test"


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_trap_is_found_by_what_is_seen(trap: Entry) -> None:
    table = (DOCS / trap.page).read_text(encoding="utf-8").partition("\n### ")[0]

    assert f"(#{trap.anchor})" in table


def test_the_lists_are_read() -> None:
    assert len(CLAIMS) > 40
    assert len(TRAPS) > 30
    assert len({claim.anchor for claim in CLAIMS}) == len(CLAIMS)
