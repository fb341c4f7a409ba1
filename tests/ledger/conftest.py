"""Runs in which cells have the figures that a test names."""

from collections.abc import Callable

import pytest

from crossroads.measurements.model import Cell, Figures, Load, Machine, Python, Row, Run

type MakeRun = Callable[..., Run]


def _figures(cpu_ms: float, rate: float) -> Figures:
    return Figures(
        requests=1000,
        seconds=1.0,
        rate=rate,
        cpu_ms=cpu_ms,
        beside_cpu_ms=0.0,
        latency_ms={},
        server_busy=0.9,
        generator_busy=0.2,
        foreign_busy=0.0,
        lateness_p99_ms=0.0,
        reconnects=0,
        threads=9,
        pss_mb=40.0,
    )


def _cell(cell_id: str) -> Cell:
    workload, server, view, load, *rest = cell_id.split(":")
    options = {part[0]: int(part[1:]) for part in rest}
    return Cell(
        workload=workload,
        server=server,
        view=view,  # type: ignore[arg-type]
        load=Load(clients=int(load[1:])),
        threads=options.get("t"),
    )


@pytest.fixture
def make_run() -> MakeRun:
    """Return what makes a run of cells: id to (cpu_ms, rate) by round, or to a reason."""

    def make(cells: dict[str, list[tuple[float, float]] | str]) -> Run:
        rows = []
        for cell_id, found in cells.items():
            if isinstance(found, str):
                rows.append(Row(cell=_cell(cell_id), round=1, reason=found))
                continue
            for number, (cpu_ms, rate) in enumerate(found, start=1):
                figures = _figures(cpu_ms, rate)
                rows.append(Row(cell=_cell(cell_id), round=number, figures=figures))
        return Run(
            profile="quick",
            started="2026-11-21T10:00:00Z",
            finished="2026-11-21T10:02:00Z",
            machine=Machine(cpu="Example CPU", cores=2, memory_gib=24, system="Linux x86_64"),
            python=Python(version="3.14.7", build="CPython, GIL"),
            versions={"django": "6.1.3", "uvicorn": "0.54.0", "psycopg": "3.3.9"},
            code="c" * 16,
            lock="l" * 16,
            pinned=True,
            seed=1,
            rows=tuple(rows),
        )

    return make
