"""What the proving tests say of a tested claim: its state and what they counted."""

from collections.abc import Mapping

from crossroads.evidence.model import Evidence, Finding, State, Tested
from crossroads.evidence.proofs import Proofs, TestOutcome

HOW_TO_PROVE = "run: crossroads evidence --prove"


def find_in_tests(evidence: Evidence, proof: Tested, proofs: Proofs | None) -> Finding:
    """Return what `proofs` say of a tested claim; no proofs say nothing."""
    tests = {
        name: test
        for name, test in (proofs.tests if proofs else {}).items()
        if evidence.id in test.ids
    }
    if proofs is None or not tests:
        return Finding(evidence=evidence, state=State.NOT_MEASURED, why=HOW_TO_PROVE)
    state, why = _state(tests)
    return Finding(
        evidence=evidence,
        state=state,
        why=why,
        values=_values(proof, tests),
        proof=tuple(sorted(tests)),
        origin=proofs.origin,
    )


def _state(tests: Mapping[str, TestOutcome]) -> tuple[State, str]:
    for test in sorted(tests.values(), key=lambda test: not test.contradicts):
        if test.outcome == "failed":
            return State.CONTRADICTED if test.contradicts else State.FAILED, test.reason
    for test in tests.values():
        if test.outcome == "skipped":
            return State.NOT_MEASURED, test.reason
    return State.HOLDS, ""


def _values(proof: Tested, tests: Mapping[str, TestOutcome]) -> Mapping[str, str]:
    counted = {name: value for test in tests.values() for name, value in test.values.items()}
    return {
        quantity.name: counted_text(counted[quantity.name], quantity.unit)
        for quantity in proof.quantities
        if quantity.name in counted
    }


def counted_text(count: float, unit: str) -> str:
    """Return a count with its unit, which is in the plural but for one.

    >>> counted_text(1201, "threads"), counted_text(1, "queries"), counted_text(5, "")
    ('1,201 threads', '1 query', '5')
    """
    if count == 1:
        unit = f"{unit[:-3]}y" if unit.endswith("ies") else unit.removesuffix("s")
    return f"{count:,g} {unit}".strip()
