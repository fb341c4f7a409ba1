from dataclasses import replace
from pathlib import Path

from crossroads.bench.profiles import PROFILES, cell
from crossroads.bench.report import run_table
from crossroads.bench.run import run_profile
from crossroads.measurements.model import Row

TINY = replace(
    PROFILES["quick"],
    cells=(cell("json", "bare-wsgi"),),
    most_rounds=2,
    window_s=0.4,
    warmup_s=0.05,
)


def test_a_table_shows_every_cell_and_every_failure_with_its_reason(checkout: Path) -> None:
    run = run_profile(checkout, TINY)
    failed = Row(cell=cell("json", "uvicorn", "async"), round=1, reason="the server died: oops")
    once = replace(failed, cell=cell("json", "bare-wsgi"), round=3)
    free = replace(run.rows[0], cell=cell("cpu", "gunicorn-gthread", workers=2), unpinned=True)
    table = run_table(replace(run, rows=(*run.rows, failed, once, free)))

    assert "json:uvicorn:async:c16" in table
    assert "failed: the server died: oops" in table
    assert "failed once: the server died: oops" in table
    assert "3 cells, 5 windows, 2 failed" in table
    assert [line.split()[0] for line in table.splitlines() if "on all cores" in line] == [
        "cpu:gunicorn-gthread:sync:c16:t8:w2"
    ]
    assert run.machine.cpu in table
