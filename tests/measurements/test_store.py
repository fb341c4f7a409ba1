import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from crossroads.measurements.identity import identify
from crossroads.measurements.model import Cell, Figures, Load, Machine, Python, Row, Run
from crossroads.measurements.store import (
    MeasurementFileError,
    MeasurementWriteError,
    PartialRun,
    load_run,
    local_path,
    local_run,
    reference_run,
)

KEPT = sorted((Path(__file__).parents[2] / "measurements").glob("*.jsonl"))
CELL = Cell(
    server="gunicorn-gthread", workload="json", view="sync", load=Load(clients=16), threads=8
)
FIGURES = Figures(
    requests=2000,
    seconds=0.7,
    rate=2857.0,
    cpu_ms=0.3,
    beside_cpu_ms=0.0,
    latency_ms={"0.5": 2.5, "0.99": 9.0},
    server_busy=0.99,
    generator_busy=0.2,
    foreign_busy=0.0,
    lateness_p99_ms=0.0,
    reconnects=0,
    threads=10,
    pss_mb=77.0,
)
ROWS = (
    Row(cell=CELL, round=1, figures=FIGURES, noise=("other work",), process={"gil": "on"}),
    Row(cell=replace(CELL, load=Load(rate=50.0)), round=1, reason="wrong answers: 3 × status 500"),
)
HEADER: dict[str, Any] = {
    "profile": "quick",
    "started": "2026-11-21T01:00:00+00:00",
    "machine": asdict(Machine(cpu="A CPU", cores=2, memory_gib=24, system="Linux x86_64")),
    "python": asdict(Python(version="3.14.7", build="CPython, GIL")),
    "versions": {"django": "6.1.3"},
    "code": "c0de",
    "lock": "10c4",
    "pinned": True,
    "seed": 1,
}


def finished(path: Path, started: str = HEADER["started"]) -> Run:
    partial = PartialRun(path)
    partial.begin({**HEADER, "started": started})
    for row in ROWS:
        partial.add(row)
    partial.finish("2026-11-21T01:02:00+00:00", len(ROWS))
    return load_run(path)


def test_a_run_comes_back_as_it_was_written(tmp_path: Path) -> None:
    run = finished(tmp_path / "run.jsonl")

    assert run.rows == ROWS
    assert run.machine == Machine(cpu="A CPU", cores=2, memory_gib=24, system="Linux x86_64")
    assert run.versions == {"django": "6.1.3"}
    assert not list(tmp_path.glob("*.partial"))


def test_workers_and_free_cores_come_back_and_are_written_only_where_they_say_something(
    tmp_path: Path,
) -> None:
    path = tmp_path / "run.jsonl"
    two = replace(ROWS[0], cell=replace(CELL, workers=2), unpinned=True)
    with closing(PartialRun(path)) as partial:
        partial.begin(HEADER)
        partial.add(ROWS[0])
        partial.add(two)
        partial.finish("2026-11-21T01:02:00+00:00", 2)
    _, one_line, two_line, _ = path.read_text().splitlines()

    assert load_run(path).rows == (ROWS[0], two)
    assert "workers" not in one_line
    assert "unpinned" not in one_line
    assert json.loads(two_line)["cell"]["workers"] == 2
    assert json.loads(two_line)["unpinned"] is True


def test_only_more_than_one_worker_is_in_the_name_of_a_cell() -> None:
    assert CELL.id == "json:gunicorn-gthread:sync:c16:t8"
    assert replace(CELL, workers=2).id == "json:gunicorn-gthread:sync:c16:t8:w2"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_kept_run_of_any_age_loads(path: Path) -> None:
    run = load_run(path)

    assert {row.cell.id for row in run.rows} >= {"json:gunicorn-gthread:sync:c16:t8"}


def test_a_repeated_window_stands_for_the_disturbed_one(tmp_path: Path) -> None:
    partial = PartialRun(tmp_path / "run.jsonl")
    partial.begin(HEADER)
    quiet = replace(ROWS[0], noise=())
    for row in (*ROWS, quiet):
        partial.add(row)
    partial.finish("2026-11-21T01:02:00+00:00", 3)

    assert load_run(tmp_path / "run.jsonl").rows == (quiet, ROWS[1])


def test_nothing_bears_the_final_name_before_the_end(tmp_path: Path) -> None:
    partial = PartialRun(tmp_path / "run.jsonl")
    partial.begin(HEADER)
    partial.add(ROWS[0])
    partial.close()

    assert not (tmp_path / "run.jsonl").exists()


def test_an_interrupted_run_goes_on_with_its_rows_and_its_seed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    first = PartialRun(path)
    first.begin(HEADER)
    first.add(ROWS[0])
    first.close()

    second = PartialRun(path)
    header, rows = second.begin({**HEADER, "seed": 2})
    second.add(ROWS[1])
    second.finish("2026-11-21T01:02:00+00:00", 2)

    assert header["seed"] == 1
    assert rows == ROWS[:1]
    assert load_run(path).rows == ROWS


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    first = PartialRun(tmp_path / "run.jsonl")
    first.begin(HEADER)

    with pytest.raises(MeasurementWriteError, match="another process is measuring"):
        PartialRun(tmp_path / "run.jsonl").begin(HEADER)

    first.close()
    second = PartialRun(tmp_path / "run.jsonl")
    assert second.begin(HEADER) == (HEADER, ())
    second.close()


def test_a_row_cut_in_half_is_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    first = PartialRun(path)
    first.begin(HEADER)
    first.add(ROWS[0])
    with first.partial.open("a") as file:
        file.write('{"cell": {"server": "uvi')
    first.close()

    second = PartialRun(path)
    _, rows = second.begin(HEADER)
    second.add(ROWS[1])
    second.finish("2026-11-21T01:02:00+00:00", 2)

    assert rows == ROWS[:1]
    assert load_run(path).rows == ROWS


def test_a_run_cut_off_in_its_first_line_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.with_suffix(".partial").write_text('{"form')

    with closing(PartialRun(path)) as partial:
        assert partial.begin(HEADER) == (HEADER, ())


def _without_end(lines: list[str]) -> list[str]:
    return lines[:-1]


def _without_a_row(lines: list[str]) -> list[str]:
    return [lines[0], *lines[2:]]


def _scrambled(lines: list[str]) -> list[str]:
    return [lines[0], lines[1][:40], *lines[2:]]


def _without_a_field(lines: list[str]) -> list[str]:
    row = json.loads(lines[1])
    del row["figures"]["cpu_ms"]
    return [lines[0], json.dumps(row), *lines[2:]]


def _of_another_format(lines: list[str]) -> list[str]:
    return [json.dumps({**json.loads(lines[0]), "format": 99}), *lines[1:]]


def _something_else(_lines: list[str]) -> list[str]:
    return ["[1, 2]", '"text"']


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (_without_end, "unfinished"),
        (_without_a_row, "rows are missing"),
        (_scrambled, "damaged in line 2"),
        (_without_a_field, "a field is missing"),
        (_of_another_format, "of format 99"),
        (_something_else, "not a measurement"),
    ],
)
def test_a_damaged_file_says_what_is_wrong_and_what_to_do(
    tmp_path: Path, damage: Callable[[list[str]], list[str]], problem: str
) -> None:
    path = tmp_path / "run.jsonl"
    finished(path)
    path.write_text("\n".join(damage(path.read_text().splitlines())) + "\n")

    with pytest.raises(MeasurementFileError) as raised:
        load_run(path)

    assert problem in raised.value.problem
    assert "crossroads measure" in raised.value.remedy


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="/dev/full is not on this system; run on Linux"
)
def test_a_full_disk_says_so_and_keeps_the_rows(tmp_path: Path) -> None:
    partial = PartialRun(tmp_path / "run.jsonl")
    partial.begin(HEADER)
    partial.add(ROWS[0])
    partial.partial = Path("/dev/full")

    with pytest.raises(MeasurementWriteError) as raised:
        partial.add(ROWS[1])

    assert "No space left" in raised.value.known
    partial.close()
    with closing(PartialRun(tmp_path / "run.jsonl")) as again:
        assert again.begin(HEADER) == (HEADER, ROWS[:1])


def test_the_reference_is_the_newest_committed_run(tmp_path: Path) -> None:
    assert reference_run(tmp_path) is None
    finished(tmp_path / "measurements" / "b.jsonl", "2026-01-01T00:00:00+00:00")
    newest = finished(tmp_path / "measurements" / "a.jsonl", "2026-02-01T00:00:00+00:00")

    assert reference_run(tmp_path) == newest


def test_a_local_run_counts_only_for_this_code_and_a_full_one_first(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django\n")
    (tmp_path / "example_app").mkdir()
    view = tmp_path / "example_app" / "views.py"
    view.write_text("one")
    key = identify(tmp_path).key
    quick = finished(local_path(tmp_path, "quick", key), "2026-01-01T00:00:00+00:00")
    assert local_run(tmp_path) == quick

    full = finished(local_path(tmp_path, "full", key), "2026-02-01T00:00:00+00:00")
    assert local_run(tmp_path) == full

    view.write_text("two")
    assert local_run(tmp_path) is None
