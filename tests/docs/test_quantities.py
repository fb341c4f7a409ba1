"""Every quantity on the site is bound to its evidence, and committed as the reference has it."""

from pathlib import Path

import pytest

from crossroads.evidence.ledger import Ledger, read_ledger
from crossroads.evidence.model import State
from crossroads.site.cited import bare_quantities, pages, prose, refreshed

ROOT = Path(__file__).parents[2]
SOURCES = pages(ROOT)


@pytest.fixture(scope="module")
def book() -> Ledger:
    return read_ledger(ROOT)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_quantity_is_bare(source: Path) -> None:
    found = [
        f"{passage.where}: {quantity}"
        for passage in prose(source, ROOT)
        for quantity in bare_quantities(passage.text)
    ]

    assert not found, "link each of these to its evidence, or say it without a quantity"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_number_is_stale(source: Path, book: Ledger) -> None:
    text = source.read_text(encoding="utf-8")

    now = refreshed(text, source.parent.relative_to(ROOT / "docs").as_posix(), book)

    assert now == text, "run: make refresh"


def test_the_reference_contradicts_no_claim(book: Ledger) -> None:
    wrong = {
        name: finding.why
        for name, finding in book.reference.items()
        if finding.state in {State.CONTRADICTED, State.FAILED}
    }

    assert wrong == {}


def test_the_reference_knows_every_claim_that_has_a_proof(book: Ledger) -> None:
    unknown = [
        name
        for name, finding in book.reference.items()
        if finding.evidence.kind != "open" and finding.state is State.NOT_MEASURED
    ]

    assert unknown == [], "run: crossroads measure --profile full --reference, and keep the proofs"


def test_the_reference_has_every_quantity_of_a_tested_claim(book: Ledger) -> None:
    lacking = [
        f"{name}.{quantity.name}"
        for name, finding in book.reference.items()
        if finding.evidence.kind == "tested"
        for quantity in finding.evidence.quantities
        if quantity.name not in finding.values
    ]

    assert lacking == []
