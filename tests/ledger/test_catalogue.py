import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crossroads.bench.profiles import PROFILES
from crossroads.evidence.catalogue import EVIDENCE, UnknownEvidenceError, evidence
from crossroads.evidence.ledger import Ledger, as_json, find_all, ledger_text
from crossroads.evidence.model import Measured, Tested
from crossroads.measurements.identity import PACKAGES
from crossroads.site.ledger import CHARTS
from crossroads.site.proofs import proof_sources

ROOT = Path(__file__).parents[2]
MEASURED = {name: found.proof for name, found in EVIDENCE.items() if found.kind == "measured"}
CELLS = sorted(
    {
        cell
        for proof in MEASURED.values()
        if isinstance(proof, Measured)
        for reading in proof.readings
        for cell in (reading.cell, reading.over)
        if cell
    }
)


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Return the tests that pytest finds in tests/evidence/."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/evidence", "--collect-only", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return {line.split("[")[0] for line in done.stdout.splitlines() if "::" in line}


def test_every_id_is_kebab_case_and_says_no_number() -> None:
    assert [name for name in EVIDENCE if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name)] == []


def test_every_claim_is_one_sentence() -> None:
    wrong = [e.id for e in EVIDENCE.values() if not re.fullmatch(r"[A-Za-z].*[^.]\.", e.claim)]

    assert wrong == []


def test_quantities_of_a_claim_have_names_of_their_own() -> None:
    for found in EVIDENCE.values():
        names = [quantity.name for quantity in found.quantities]
        assert len(names) == len(set(names)), found.id


def test_every_measured_claim_can_be_false() -> None:
    for name, proof in MEASURED.items():
        assert isinstance(proof, Measured)
        bound = [r for r in proof.readings if r.at_least is not None or r.at_most is not None]
        assert bound, f"{name} has no condition"


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_that_a_claim_rests_on_is_measured(cell: str) -> None:
    assert cell.split(":", maxsplit=1)[0] in CHARTS
    assert cell in PROFILES["full"].decisive


def test_the_quick_profile_spends_no_time_on_claims_that_it_leaves_undecided() -> None:
    """Each of its decisive cells is read by a claim of which it measures all conditions."""
    quick = PROFILES["quick"].decisive
    decided = set()
    for proof in MEASURED.values():
        assert isinstance(proof, Measured)
        bound = [r for r in proof.readings if r.at_least is not None or r.at_most is not None]
        if all({r.cell, r.over or r.cell} <= quick for r in bound):
            decided |= {cell for r in proof.readings for cell in (r.cell, r.over)}

    assert quick - decided == set()


def test_every_tested_claim_has_a_test_that_pytest_runs(collected: set[str]) -> None:
    sources = proof_sources(ROOT)
    proven = {name for source in sources for name in source.ids}

    assert {source.test for source in sources} <= collected
    assert proven == {e.id for e in EVIDENCE.values() if isinstance(e.proof, Tested)}


def test_what_a_claim_depends_on_is_kept_with_every_measurement() -> None:
    for found in EVIDENCE.values():
        assert set(found.depends) <= set(PACKAGES), found.id


def test_an_unknown_id_names_who_cites_it_and_what_is_known() -> None:
    with pytest.raises(UnknownEvidenceError) as caught:
        evidence("asgi-slower", "docs/decide/threads.md")

    assert "docs/decide/threads.md" in caught.value.problem
    assert "asgi-alone" in caught.value.known


def test_what_is_published_holds_every_claim_with_what_others_need() -> None:
    nothing = find_all(None, None)

    published = json.loads(json.dumps(as_json(Ledger(this_build=nothing, reference=nothing))))

    assert [entry["id"] for entry in published["evidence"]] == list(EVIDENCE)
    wanted = {"id", "kind", "claim", "state", "value", "versions", "proof"}
    assert all(wanted <= entry.keys() for entry in published["evidence"])


def test_the_printed_ledger_has_every_claim_and_why_it_is_not_measured() -> None:
    nothing = find_all(None, None)

    text = ledger_text(Ledger(this_build=nothing, reference=nothing))

    for found in EVIDENCE.values():
        assert found.claim in text
    assert text.count("not measured here") == 2 * len(EVIDENCE)
