import subprocess
import sys
from pathlib import Path

import pytest

from crossroads.errors import CrossroadsError
from crossroads.evidence.ledger import find_all
from crossroads.evidence.model import State
from crossroads.evidence.proofs import (
    ProofsFileError,
    TestOutcome,
    keep_proofs,
    keep_reference,
    load_proofs,
    local_proofs,
    local_proofs_path,
    reference_proofs,
)
from crossroads.evidence.prove import ensure_proofs, prove

ROOT = Path(__file__).parents[2]
TEST = "tests/evidence/test_x.py::test_x"
OUTCOME = TestOutcome(ids=("loop-block",), outcome="passed", values={"waiting": 5})
CONFTEST = """
from crossroads.evidence import collect

def pytest_configure(config):
    config.addinivalue_line("markers", "evidence(id): a claim")
    config.pluginmanager.register(collect)
"""
PROOFS = """
import pytest

@pytest.mark.evidence("loop-block")
def test_passes(record):
    record(waiting=5, answered=0)

@pytest.mark.evidence("asgi-threads")
def test_is_wrong():
    assert 1 == 200, "one thread for all"

@pytest.mark.evidence("async-thread")
def test_is_broken():
    raise OSError("no port")

@pytest.mark.evidence("gather-orm")
def test_is_skipped():
    pytest.skip("no PostgreSQL; install it")

@pytest.mark.evidence("timeout")
def test_has_a_fixture_that_fails(nothing):
    pass

def test_proves_nothing():
    pass
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a checkout with proving tests of its own."""
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "pytest.ini").touch()
    tests = tmp_path / "tests" / "evidence"
    tests.mkdir(parents=True)
    (tests / "conftest.py").write_text(CONFTEST)
    (tests / "test_x.py").write_text(PROOFS)
    return tmp_path


def test_what_was_kept_is_read_again(checkout: Path) -> None:
    keep_proofs(checkout, {TEST: OUTCOME})

    proofs = local_proofs(checkout)

    assert proofs is not None
    assert proofs.tests == {TEST: OUTCOME}
    assert proofs.origin.versions["django"]


def test_a_test_that_runs_again_leaves_the_outcomes_of_others(checkout: Path) -> None:
    keep_proofs(checkout, {TEST: OUTCOME, f"{TEST}_2": OUTCOME})
    again = TestOutcome(ids=("loop-block",), outcome="failed", reason="broken")

    keep_proofs(checkout, {TEST: again})

    proofs = local_proofs(checkout)
    assert proofs is not None
    assert proofs.tests == {TEST: again, f"{TEST}_2": OUTCOME}


def test_proofs_of_other_tests_or_versions_are_not_those_of_what_is_here(checkout: Path) -> None:
    keep_proofs(checkout, {TEST: OUTCOME})

    (checkout / "tests" / "evidence" / "test_y.py").write_text("# new\n")
    assert local_proofs(checkout) is None

    (checkout / "tests" / "evidence" / "test_y.py").unlink()
    assert local_proofs(checkout) is not None

    (checkout / "requirements.txt").write_text("django==7.0\n")
    assert local_proofs(checkout) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 1}', '{"format": 99}'])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "proofs.json"
    path.write_text(content)

    with pytest.raises(ProofsFileError) as caught:
        load_proofs(path)

    assert "--prove" in caught.value.remedy


def test_the_reference_is_a_copy_of_what_was_proven_here(checkout: Path) -> None:
    with pytest.raises(CrossroadsError, match="no proofs"):
        keep_reference(checkout)
    (checkout / "measurements").mkdir()
    assert reference_proofs(checkout) is None

    keep_proofs(checkout, {TEST: OUTCOME})
    kept = keep_reference(checkout)

    assert kept.parent == checkout / "measurements" / "proofs"
    assert reference_proofs(checkout) == local_proofs(checkout)


def test_proving_keeps_every_outcome_with_its_values_and_reason(checkout: Path) -> None:
    prove(checkout)

    states = find_all(None, local_proofs(checkout))
    assert states["loop-block"].state is State.HOLDS
    assert states["loop-block"].values == {"waiting": "5 requests", "answered": "0 requests"}
    assert states["asgi-threads"].state is State.CONTRADICTED
    assert "one thread for all" in states["asgi-threads"].why
    assert states["async-thread"].state is State.FAILED
    assert "no port" in states["async-thread"].why
    assert states["gather-orm"].state is State.NOT_MEASURED
    assert "no PostgreSQL" in states["gather-orm"].why
    assert states["timeout"].state is State.FAILED
    assert states["disconnect"].state is State.NOT_MEASURED


def test_what_is_proven_is_not_proven_again(checkout: Path) -> None:
    keep_proofs(checkout, {TEST: OUTCOME})
    before = local_proofs_path(checkout).read_bytes()

    ensure_proofs(checkout)

    assert local_proofs_path(checkout).read_bytes() == before


def test_tests_that_cannot_run_are_an_error_and_no_finding(checkout: Path) -> None:
    (checkout / "tests" / "evidence" / "conftest.py").write_text("import nothing_of_this_name\n")

    with pytest.raises(CrossroadsError, match="could not be run") as caught:
        prove(checkout)

    assert "nothing_of_this_name" in caught.value.known


def test_a_test_that_records_names_one_claim(checkout: Path) -> None:
    (checkout / "tests" / "evidence" / "test_x.py").write_text(
        "def test_records(record):\n    record(threads=1)\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "marked with one evidence id" in done.stdout
