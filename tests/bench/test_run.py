import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from crossroads.bench import run as run_module
from crossroads.bench.cell import Setting, measure
from crossroads.bench.profiles import PROFILES, Profile, cell
from crossroads.bench.run import prepared, run_profile, shuffled
from crossroads.measurements.identity import identify
from crossroads.measurements.model import Cell, Row
from crossroads.measurements.store import local_path, local_run
from crossroads.services.process import can_pin

DEADLINE_S = 60.0
TINY = replace(
    PROFILES["quick"],
    cells=(
        cell("json", "bare-wsgi"),
        cell("json", "gunicorn-gthread"),
        cell("json", "uvicorn", "async"),
    ),
    most_rounds=2,
    window_s=0.5,
    warmup_s=0.1,
)
MEASURE = [sys.executable, "-m", "crossroads", "measure"]

type Servers = Callable[[Path], list[psutil.Process]]
type Start = Callable[[], subprocess.Popen[str]]


def test_every_cell_is_measured_once_in_every_round(checkout: Path) -> None:
    heard: list[tuple[Cell | None, int, int]] = []
    cores = os.sched_getaffinity(0) if can_pin() else None
    run = run_profile(checkout, TINY, lambda *news: heard.append(news))

    assert Counter((row.cell.id, row.round) for row in run.rows) == Counter(
        (one.id, number) for one in TINY.cells for number in (1, 2)
    )
    assert [row.reason for row in run.rows if row.reason] == []
    assert heard[-1] == (None, 6, 6)
    assert run.code == identify(checkout).code
    assert run.versions["django"]
    assert local_run(checkout) == run
    if cores is not None:
        assert os.sched_getaffinity(0) == cores


def test_a_run_short_of_time_has_its_rounds_and_no_more(checkout: Path) -> None:
    hurried = replace(TINY, cells=TINY.cells[:2], rounds=1, most_rounds=3, limit_s=0.0)

    assert [row.round for row in run_profile(checkout, hurried).rows] == [1, 1]


def test_a_run_with_time_to_spare_adds_rounds_of_the_decisive_cells(checkout: Path) -> None:
    one, other = TINY.cells[:2]
    relaxed = replace(
        TINY,
        cells=(one, other),
        decisive=frozenset({one.id}),
        rounds=1,
        most_rounds=3,
        limit_s=600.0,
    )
    rows = run_profile(checkout, relaxed).rows

    assert [row.round for row in rows if row.cell == one] == [1, 2, 3]
    assert [row.round for row in rows if row.cell == other] == [1]


@pytest.mark.parametrize(("limit_s", "tries"), [(600.0, 2), (0.0, 1)])
def test_a_disturbed_window_is_measured_once_more_while_all_rounds_have_time(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, limit_s: float, tries: int
) -> None:
    measured: list[str] = []

    def disturbed(one: Cell, number: int, _setting: Setting) -> Row:
        measured.append(one.id)
        return Row(cell=one, round=number, noise=("other work",))

    monkeypatch.setattr(run_module, "measure", disturbed)
    rows = run_profile(checkout, replace(TINY, limit_s=limit_s)).rows

    assert Counter(measured) == {one.id: 2 * tries for one in TINY.cells}
    assert len(rows) == 6


def test_the_commands_of_a_run_share_bytecode_whatever_the_shell_says(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    with prepared(checkout, TINY) as setting:
        measure(TINY.cells[1], 1, setting)
    kept = {path.name.partition(".")[0] for path in (checkout / ".cache").rglob("*.pyc")}

    assert {"wsgi", "settings", "glogging"} <= kept
    assert "PYTHONPYCACHEPREFIX" not in os.environ
    assert os.environ["PYTHONDONTWRITEBYTECODE"] == "1"


def test_rounds_are_shuffled_differently_and_repeatably() -> None:
    cells = PROFILES["quick"].cells

    orders = [shuffled(cells, 1, number) for number in (1, 2)]

    assert orders[0] != orders[1]
    assert orders[0] == shuffled(cells, 1, 1)
    assert {one.id for one in orders[0]} == {one.id for one in cells}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_no_cell_is_in_a_profile_twice(profile: object) -> None:
    cells = PROFILES[profile.name].cells  # type: ignore[attr-defined]

    assert len({one.id for one in cells}) == len(cells)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_decisive_cell_is_in_every_round(profile: Profile) -> None:
    assert profile.decisive
    for number in range(1, profile.most_rounds + 1):
        assert profile.decisive <= {one.id for one in profile.cells_of(number)}


def test_the_quick_profile_has_24_cells_and_two_rounds_at_least() -> None:
    assert len(PROFILES["quick"].cells) >= 24
    assert PROFILES["quick"].rounds >= 2


def test_all_quick_cells_are_in_the_full_profile() -> None:
    quick = {one.id for one in PROFILES["quick"].cells}

    assert quick <= {one.id for one in PROFILES["full"].cells}


@pytest.fixture
def start_measuring(checkout: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Give a function that returns a quick run which has put a row on disk."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        (checkout / "measurements").mkdir(exist_ok=True)
        partial = _partial(checkout)
        before = len(partial.read_text().splitlines()) if partial.exists() else 1
        running = subprocess.Popen(
            MEASURE, cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(running)
        deadline = time.monotonic() + DEADLINE_S
        while not partial.exists() or len(partial.read_text().splitlines()) <= before:
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < deadline, "no row was written"
            time.sleep(0.05)
        return running

    yield start
    for running in started:
        running.kill()
        running.communicate()


def _partial(checkout: Path) -> Path:
    return local_path(checkout, "quick", identify(checkout).key).with_suffix(".partial")


def _gone(checkout: Path, processes_of: Servers) -> bool:
    deadline = time.monotonic() + DEADLINE_S
    while processes_of(checkout) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not processes_of(checkout)


def test_ctrl_c_keeps_the_rows_leaves_no_process_and_can_be_gone_on_from(
    checkout: Path, processes_of: Servers, start_measuring: Start
) -> None:
    first = start_measuring()
    first.send_signal(signal.SIGINT)
    _, errors = first.communicate(timeout=DEADLINE_S)

    assert first.returncode == 130
    assert "run the same command to go on" in errors
    assert "Traceback" not in errors
    assert _gone(checkout, processes_of)
    kept = _partial(checkout).read_text().splitlines()
    assert len(kept) >= 2

    second = start_measuring()
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=DEADLINE_S)

    assert _partial(checkout).read_text().splitlines()[: len(kept)] == kept


def test_a_killed_harness_leaves_no_process(
    checkout: Path, processes_of: Servers, start_measuring: Start
) -> None:
    running = start_measuring()
    running.kill()
    running.communicate()

    assert _gone(checkout, processes_of)


def test_a_place_that_cannot_be_written_to_is_said_before_anything_is_measured(
    checkout: Path,
) -> None:
    (checkout / "measurements").write_text("a file where a folder should be")
    done = subprocess.run(
        MEASURE, cwd=checkout, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )

    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
