import pytest

from crossroads.evidence.from_tests import find_in_tests
from crossroads.evidence.model import Evidence, Finding, Origin, Quantity, State, Tested
from crossroads.evidence.proofs import Proofs, TestOutcome
from crossroads.measurements.model import Machine, Python

PROOF = Tested(quantities=(Quantity(name="threads", says="threads", unit="threads"),))
EVIDENCE = Evidence(id="asgi-threads", claim="x.", proof=PROOF)
ORIGIN = Origin(
    machine=Machine(cpu="Example CPU", cores=2, memory_gib=24, system="Linux x86_64"),
    python=Python(version="3.14.7", build="CPython, GIL"),
    versions={"django": "6.1.3"},
    date="2026-11-21",
)
PASSED = TestOutcome(ids=("asgi-threads",), outcome="passed", values={"threads": 1201})
SKIPPED = TestOutcome(ids=("asgi-threads",), outcome="skipped", reason="no PostgreSQL")
BROKEN = TestOutcome(ids=("asgi-threads",), outcome="failed", reason="OSError: no port")
FALSE = TestOutcome(
    ids=("asgi-threads",), outcome="failed", contradicts=True, reason="AssertionError: 1 thread"
)


def find(*outcomes: TestOutcome) -> Finding:
    tests = {f"tests/evidence/test_x.py::test_{n}": test for n, test in enumerate(outcomes)}
    return find_in_tests(EVIDENCE, PROOF, Proofs(origin=ORIGIN, tests=tests))


def test_a_claim_holds_when_its_tests_pass_and_shows_what_they_counted() -> None:
    found = find(PASSED)

    assert found.state is State.HOLDS
    assert found.values == {"threads": "1,201 threads"}
    assert found.origin is ORIGIN
    assert found.proof == ("tests/evidence/test_x.py::test_0",)


@pytest.mark.parametrize(
    ("outcomes", "state", "why"),
    [
        ((PASSED, FALSE), State.CONTRADICTED, "1 thread"),
        ((BROKEN, FALSE), State.CONTRADICTED, "1 thread"),
        ((PASSED, BROKEN), State.FAILED, "no port"),
        ((SKIPPED, BROKEN), State.FAILED, "no port"),
        ((PASSED, SKIPPED), State.NOT_MEASURED, "no PostgreSQL"),
    ],
)
def test_the_worst_outcome_of_a_claims_tests_is_its_state(
    outcomes: tuple[TestOutcome, ...], state: State, why: str
) -> None:
    found = find(*outcomes)

    assert found.state is state
    assert why in found.why


def test_a_claim_whose_tests_did_not_run_says_how_to_run_them() -> None:
    other = TestOutcome(ids=("loop-block",), outcome="passed")

    for found in (find(other), find_in_tests(EVIDENCE, PROOF, None)):
        assert found.state is State.NOT_MEASURED
        assert "--prove" in found.why
