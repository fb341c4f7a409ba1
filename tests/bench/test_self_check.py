import math
import random
from dataclasses import replace
from pathlib import Path

import pytest

from crossroads.bench import self_check
from crossroads.bench.profiles import PROFILES, cell
from crossroads.bench.report import aa_table
from crossroads.bench.self_check import check_pairs, judge_pairs, wrong_share

SHORT = replace(PROFILES["quick"], window_s=0.4, warmup_s=0.05)


def simulated(dice: random.Random, sd: float) -> tuple[dict[int, float], dict[int, float]]:
    first, second = ({number: math.exp(dice.gauss(0, sd)) for number in range(6)} for _side in "ab")
    return first, second


@pytest.mark.parametrize("sd", [0.03, 0.1, 0.3])
def test_simulated_equal_pairs_are_called_different_at_most_once_in_twenty(sd: float) -> None:
    dice = random.Random(11)
    checks = tuple(judge_pairs({str(n): simulated(dice, sd) for n in range(200)}))

    assert wrong_share(checks) <= 0.05
    assert {check.judged for check in checks} == {32}


def test_sides_that_truly_differ_are_called_different() -> None:
    dice = random.Random(3)
    first, second = simulated(dice, 0.02)
    doubled = {number: 2 * value for number, value in second.items()}
    (check,) = judge_pairs({"x": (first, doubled)})

    assert check.wrong >= 1
    assert check.ratio.middle == pytest.approx(0.5, rel=0.1)


def test_a_cell_without_figures_is_left_out() -> None:
    assert tuple(judge_pairs({"x": ({}, {})})) == ()
    assert wrong_share(()) == 0


def test_real_pairs_are_measured_and_printed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_check, "ROUNDS", 1)
    monkeypatch.setattr(self_check, "CELLS", (cell("json", "gunicorn-gthread"),))
    checks = check_pairs(checkout, SHORT)

    assert len(checks) == 1
    assert checks[0].judged == 1
    assert "wrong verdicts:" in aa_table(checks)
    assert "json:gunicorn-gthread" in aa_table(checks)
