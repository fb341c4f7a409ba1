from collections.abc import Callable
from dataclasses import replace

import pytest

from crossroads.measurements.compare import interval
from crossroads.measurements.model import Run
from crossroads.site.summary import CPU, DATABASE_CPU, TOO_FEW, Summary, latency, summarize

type MakeRun = Callable[..., Run]


def _of(summaries: tuple[Summary, ...], server: str) -> Summary:
    return next(summary for summary in summaries if summary.cell.server == server)


def test_a_summary_is_the_interval_over_the_rounds(make_run: MakeRun) -> None:
    run = make_run(rounds=4)
    rows = [r for r in run.rows if (r.cell.workload, r.cell.server) == ("json", "gunicorn-sync")]

    found = _of(summarize(run, "json", [CPU]), "gunicorn-sync")

    assert found.interval == interval([row.figures.cpu_ms for row in rows if row.figures])


def test_a_failed_cell_keeps_its_reason_and_has_no_figure(make_run: MakeRun) -> None:
    run = make_run(rounds=2, failed={("json", "daphne"): "3 × status 500"})

    found = _of(summarize(run, "json", [CPU]), "daphne")

    assert (found.interval, found.reason) == (None, "3 × status 500")


def test_a_cell_that_failed_once_says_so_beside_its_figure(make_run: MakeRun) -> None:
    run = make_run(rounds=3)
    first = run.rows[0]
    run = replace(run, rows=(replace(first, figures=None, reason="late"), *run.rows[1:]))

    found = _of(summarize(run, first.cell.workload, [CPU]), first.cell.server)

    assert (len(found.values), found.rounds, found.reason) == (2, 3, "late")


def test_a_percentile_that_no_window_supports_is_too_few_requests(make_run: MakeRun) -> None:
    found = summarize(make_run(rounds=2), "json", [latency("0.999")])

    assert {summary.reason for summary in found} == {TOO_FEW}


def test_no_cpu_at_all_is_no_figure(make_run: MakeRun) -> None:
    found = summarize(make_run(rounds=2), "json", [DATABASE_CPU])

    assert {summary.interval for summary in found} == {None}


def test_noise_is_kept(make_run: MakeRun) -> None:
    run = make_run(rounds=1)
    run = replace(run, rows=(replace(run.rows[0], noise=("other work",)), *run.rows[1:]))

    found = _of(summarize(run, run.rows[0].cell.workload, [CPU]), run.rows[0].cell.server)

    assert found.noise == ("other work",)


@pytest.mark.parametrize(("rounds", "spread"), [(1, "one round"), (3, "95 % interval")])
def test_the_text_of_a_mark_says_its_spread(make_run: MakeRun, rounds: int, spread: str) -> None:
    found = summarize(make_run(rounds=rounds), "json", [CPU], series="bare")

    assert all(summary.series in summary.text and spread in summary.text for summary in found)
