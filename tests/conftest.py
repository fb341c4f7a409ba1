"""What all tests share: the services, the browser, and two promises about a test run.

A test run leaves no process behind, and where `CROSSROADS_FORBID_SKIPS=1` it skips nothing.
"""

import os
import shutil
import signal
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psutil
import pytest

from crossroads.evidence import collect
from crossroads.services.carriers import Carriers, start_carriers
from crossroads.services.nginx import Nginx, start_nginx
from crossroads.services.nginx import find_program as find_nginx
from crossroads.services.pgbouncer import find_program as find_pgbouncer
from crossroads.services.postgres import Postgres, find_programs, start_postgres
from crossroads.services.process import ServiceError
from crossroads.services.valkey import Valkey, find_program, start_valkey
from crossroads.site.blocks.suite import SuiteAccount


def pytest_configure(config: pytest.Config) -> None:
    """Have the whole run prove claims, and each included section of the example app."""
    # Begun in a shell's background, a run ignores Ctrl+C, and so would all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.pluginmanager.register(collect)
    config.pluginmanager.register(SuiteAccount(config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last what needs the machine to itself: by then the other workers have little left."""
    items.sort(key=lambda item: item.get_closest_marker("alone") is not None)


SESSION_MARK = "CROSSROADS_TEST_SESSION"
LEAVING_S = 5.0


@pytest.fixture(scope="session", autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Fail the session when something that a test started outlives it, orphans too.

    An orphan is no longer our child, but it still carries the mark in its environment.
    """
    mark = os.environ[SESSION_MARK] = uuid.uuid4().hex
    yield
    deadline = time.monotonic() + LEAVING_S
    while (left := _left(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    if left:
        pytest.fail("\n".join(["tests left processes behind:", *left]), pytrace=False)


def _left(mark: str) -> list[str]:
    """Return what is left, one line for each process."""
    ours = [process for process in psutil.process_iter() if _is_ours(process, mark)]
    return [f"{process.pid} {_command(process)}" for process in ours]


def _is_ours(process: psutil.Process, mark: str) -> bool:
    try:
        if process.pid == os.getpid():
            return False
        if any(parent.pid == os.getpid() for parent in process.parents()):
            return True
        return process.environ().get(SESSION_MARK) == mark
    except psutil.Error:
        return False


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()) or f"{process.name()} ({process.status()})"
    except psutil.Error:
        return "(gone since)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failure where nothing may be skipped."""
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped file into a failure where nothing may be skipped."""
    report = yield
    _forbid_skip(report)
    return report


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    is_expected_failure = hasattr(report, "wasxfail")
    if os.environ.get("CROSSROADS_FORBID_SKIPS") != "1" or is_expected_failure:
        return
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CROSSROADS_FORBID_SKIPS=1, and this is not run: {reason}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests counted: each line that one gave with `record_property("summary", …)`."""
    for report in terminalreporter.getreports("passed"):
        for name, line in getattr(report, "user_properties", []):
            if name == "summary" and report.when == "call":
                terminalreporter.write_line(str(line))


def _skip_without(find: Callable[[], Path]) -> None:
    try:
        find()
    except ServiceError as error:
        pytest.skip(f"{error.problem}; {error.remedy}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a PostgreSQL that tests may make databases in."""
    if "DATABASE_URL" not in os.environ:
        _skip_without(find_programs)
    with start_postgres() as service:
        yield service


@pytest.fixture(scope="session")
def pgbouncer_program() -> Path:
    """Return the program of PgBouncer."""
    _skip_without(find_pgbouncer)
    return find_pgbouncer()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """Return a Valkey; it is shared, so tests use keys of their own."""
    if "REDIS_URL" not in os.environ:
        _skip_without(find_program)
    with start_valkey() as service:
        yield service


@pytest.fixture(scope="session")
def carriers() -> Iterator[Carriers]:
    """Return the carriers, who take 20 ms unless a request says otherwise."""
    with start_carriers(latency_ms=20) as service:
        yield service


@pytest.fixture
def nginx() -> Iterator[Callable[..., Nginx]]:
    """Give `start_nginx`; what it starts ends with the test."""
    for program in ("nginx", "envsubst"):
        _skip_without(partial(find_nginx, program))
    with ExitStack() as leaving:
        yield lambda *asked, **wanted: leaving.enter_context(start_nginx(*asked, **wanted))


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Return an executable Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return Path(path)
    pytest.skip("chromium is not installed; apt install chromium")
