from collections.abc import Callable

import pytest

from crossroads.bench.workloads import WAIT_MS
from crossroads.measurements.model import Run
from crossroads.site.lines import theory_of
from crossroads.site.summary import RATE, Summary, latency, summarize


def _one(run: Run, server: str, threads: int | None, *, rate: bool) -> Summary:
    measure = RATE if rate else latency("0.5")
    return next(
        summary
        for summary in summarize(run, "wait", [measure])
        if (summary.cell.server, summary.cell.threads) == (server, threads)
    )


@pytest.mark.parametrize(("clients", "served"), [(4, 4), (8, 8), (50, 8)])
def test_threads_bound_the_rate(make_run: Callable[..., Run], clients: int, served: int) -> None:
    summary = _one(make_run(rounds=1), "gunicorn-gthread", 8, rate=True)

    assert theory_of(summary, clients) == pytest.approx(served * 1000 / WAIT_MS)


def test_without_a_number_of_threads_nothing_is_bounded(make_run: Callable[..., Run]) -> None:
    summary = _one(make_run(rounds=1), "uvicorn", None, rate=True)

    assert theory_of(summary, 500) == pytest.approx(500 * 1000 / WAIT_MS)


def test_who_finds_no_thread_waits_for_one(make_run: Callable[..., Run]) -> None:
    summary = _one(make_run(rounds=1), "gunicorn-gthread", 8, rate=False)

    assert [theory_of(summary, clients) for clients in (8, 16)] == [WAIT_MS, 2 * WAIT_MS]
