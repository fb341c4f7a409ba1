"""The pytest plugin that keeps what tests prove: outcome, quantities and reason, by test.

Workers send it with their reports, so it works under xdist. What it kept is written when the
session ends, into the proofs of this machine.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, cast

import pytest

from crossroads.evidence.proofs import TESTS, TestOutcome, keep_proofs

MARK = "evidence"
PROPERTY = "evidence"

type Record = Callable[..., None]


def marked(item: pytest.Item) -> list[str]:
    """Return the ids of the claims that a test proves."""
    return [str(name) for mark in item.iter_markers(MARK) for name in mark.args]


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Return a function that keeps what the test counted: `record(threads=201)`.

    An underscore in a name stands for the hyphen of the quantity.
    """
    if len(marked(request.node)) != 1:
        pytest.fail("a test that records quantities is marked with one evidence id", pytrace=False)

    def keep(**quantities: float) -> None:
        named = {name.replace("_", "-"): value for name, value in quantities.items()}
        request.node.user_properties.append((PROPERTY, {"values": named}))

    return keep


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give the report of a proving test the ids that it proves, and why it failed."""
    report = yield
    if ids := marked(item):
        is_claim_wrong = call.excinfo is not None and call.excinfo.errisinstance(AssertionError)
        reason = "" if call.excinfo is None else call.excinfo.exconly().splitlines()[0]
        found = {"ids": ids, "contradicts": is_claim_wrong, "reason": reason}
        report.user_properties.append((PROPERTY, found))
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Keep what this session proves; only the process that hears all reports does."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Keeper(config.rootpath))


class _Keeper:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.tests: dict[str, TestOutcome] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a proving test ended; a passed set-up or tear-down says nothing."""
        found = [value for name, value in report.user_properties if name == PROPERTY]
        if report.nodeid.startswith(f"{TESTS}/") and found:
            self._note(report, cast("list[dict[str, Any]]", found))

    def pytest_sessionfinish(self) -> None:
        """Write what was proven."""
        if self.tests:
            keep_proofs(self.root, self.tests)

    def _note(self, report: pytest.TestReport, found: list[dict[str, Any]]) -> None:
        if report.when != "call" and report.passed:
            return
        known = found[-1]
        self.tests[report.nodeid] = TestOutcome(
            ids=tuple(known["ids"]),
            outcome=report.outcome,
            contradicts=report.failed and known["contradicts"],
            reason=known["reason"],
            values={n: v for f in found for n, v in f.get("values", {}).items()},
        )
