"""The half of the account that needs a whole run of the tests, as a pytest plugin.

Lines of example_app/ are recorded in every process of the run and put together at its end. A run
of some tests proves nothing about the others, so only a whole run is judged. Registered in
tests/conftest.py, which every process of a run loads before it imports a test.
"""

from typing import Any

import pytest

from crossroads.site.blocks.account import read_account
from crossroads.site.blocks.exercise import LineRecorder, unexecuted_sections
from crossroads.site.blocks.model import Kind

PARTIAL = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "collectonly")


class SuiteAccount:
    """Records lines, and judges the sections that the site includes at the end of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self._root = config.rootpath
        self._app = config.rootpath / "example_app"
        self._recorder = LineRecorder(self._app)
        self._recorder.start()
        self._unexecuted: list[str] = []

    def pytest_unconfigure(self) -> None:
        """Leave the interpreter as it was."""
        self._recorder.stop()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 - xdist has no types
        """Take over what a worker executed."""
        # A worker that crashed has no output.
        output: dict[str, Any] = getattr(node, "workeroutput", {})
        self._recorder.add(output.get("crossroads_lines", {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand the lines over in a worker, judge them elsewhere."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["crossroads_lines"] = self._recorder.report()
        elif is_whole(session):
            included = read_account(self._root).of(Kind.INCLUDED)
            self._unexecuted = unexecuted_sections(included, self._recorder.lines, self._app)
            if self._unexecuted:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what pages show and no test executed."""
        if self._unexecuted:
            terminalreporter.section("code on the site that no test executed")
        for line in self._unexecuted:
            terminalreporter.line(f"FAILED {line}", red=True)


def is_whole(session: pytest.Session) -> bool:
    """Return whether this was a run of all tests to its end."""
    config = session.config
    chosen = any(config.getoption(name, None) for name in PARTIAL)
    is_all = config.args_source is config.ArgsSource.TESTPATHS or (
        [*map(str, config.args)] == [*map(str, config.getini("testpaths"))]
    )
    return is_all and not chosen and not session.shouldstop and not session.shouldfail
