import math
import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from crossroads.measurements.compare import (
    DIFFERENCE,
    Interval,
    Verdict,
    interval,
    is_called_different,
    judge,
    paired_ratio,
)

PAIRS = 4000


def quiet(_pair: int, _round: int, dice: random.Random) -> float:
    return dice.gauss(0, 0.05)


def busy(_pair: int, _round: int, dice: random.Random) -> float:
    return dice.gauss(0, 0.15)


def with_outliers(_pair: int, _round: int, dice: random.Random) -> float:
    return dice.gauss(0, 0.05) + (dice.random() < 0.1) * dice.expovariate(3)


def skewed(_pair: int, _round: int, dice: random.Random) -> float:
    return dice.expovariate(10)


@pytest.mark.parametrize("rounds", [2, 4, 8])
@pytest.mark.parametrize("noise", [quiet, busy, with_outliers, skewed])
def test_at_most_one_equal_pair_in_twenty_is_called_different(
    noise: Callable[[int, int, random.Random], float], rounds: int
) -> None:
    dice = random.Random(rounds)

    def measured(pair: int) -> dict[int, float]:
        # The drift of a machine is shared by both sides of a round.
        return {
            number: math.exp(0.3 * number + noise(pair, number, dice)) for number in range(rounds)
        }

    wrong = sum(
        is_called_different(paired_ratio(measured(pair), measured(pair))) for pair in range(PAIRS)
    )

    assert wrong / PAIRS <= 0.05


def test_without_the_least_difference_more_than_one_in_twenty_would_be() -> None:
    dice = random.Random(1)
    sides = [
        [{n: math.exp(dice.gauss(0, 0.15)) for n in range(4)} for _side in "ab"]
        for _pair in range(PAIRS)
    ]
    ratios = [paired_ratio(a, b) for a, b in sides]

    strict = sum(is_called_different(ratio) for ratio in ratios)
    naive = sum(ratio is not None and not ratio.low <= 1 <= ratio.high for ratio in ratios)  # type: ignore[operator]

    assert strict < naive


@pytest.mark.parametrize("rounds", [2, 4, 8])
def test_a_doubling_is_found_on_a_quiet_machine(rounds: int) -> None:
    dice = random.Random(rounds)
    found = 0
    for _pair in range(200):
        a = {n: 2 * math.exp(dice.gauss(0, 0.02)) for n in range(rounds)}
        b = {n: math.exp(dice.gauss(0, 0.02)) for n in range(rounds)}
        found += judge(paired_ratio(a, b), at_least=1.3) is Verdict.HOLDS

    assert found / 200 > 0.75


def test_the_interval_covers_the_truth_nineteen_times_in_twenty() -> None:
    dice = random.Random(7)
    covered = 0
    for _pair in range(PAIRS):
        one = interval([math.exp(dice.gauss(0, 0.1)) for _ in range(4)])
        covered += one.low is not None and one.high is not None and one.low <= 1 <= one.high

    assert covered / PAIRS == pytest.approx(0.95, abs=0.012)


def test_more_rounds_narrow_the_interval() -> None:
    widths = []
    for count in (2, 4, 8, 16, 40):
        one = interval([1.0, 1.1] * (count // 2))
        assert one.low is not None
        assert one.high is not None
        widths.append(one.high / one.low)

    assert all(narrow < wide for wide, narrow in pairwise(widths))


def test_one_round_has_no_interval_and_decides_nothing() -> None:
    ratio = paired_ratio({1: 3.0}, {1: 1.0})

    assert ratio is not None
    assert (ratio.low, ratio.high, ratio.n) == (None, None, 1)
    assert judge(ratio) is Verdict.UNDECIDED
    assert not is_called_different(ratio)
    assert str(ratio) == "3"


def test_only_rounds_that_both_sides_have_are_compared() -> None:
    ratio = paired_ratio({1: 2.0, 2: 2.0, 3: 900.0}, {1: 1.0, 2: 1.0, 4: 1.0})

    assert ratio is not None
    assert ratio.n == 2
    assert ratio.middle == pytest.approx(2.0)
    assert paired_ratio({1: 2.0}, {2: 1.0}) is None
    assert judge(None) is Verdict.UNDECIDED
    assert not is_called_different(None)


def test_no_values_have_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        interval([])


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.31, 1.9, Verdict.HOLDS),
        (1.29, 1.9, Verdict.UNDECIDED),
        (1.0, 1.29, Verdict.CONTRADICTED),
        (1.0, 1.31, Verdict.UNDECIDED),
    ],
)
def test_a_verdict_needs_the_whole_interval_on_one_side(
    low: float, high: float, verdict: Verdict
) -> None:
    ratio = Interval(middle=math.sqrt(low * high), low=low, high=high, n=4)

    assert judge(ratio, at_least=1.3) is verdict


def test_a_difference_counts_in_both_directions() -> None:
    more = Interval(middle=1.2, low=DIFFERENCE + 0.01, high=1.4, n=4)
    less = Interval(middle=0.8, low=0.7, high=1 / DIFFERENCE - 0.01, n=4)
    near = Interval(middle=1.02, low=1.01, high=1.03, n=4)

    assert [is_called_different(one) for one in (more, less, near)] == [True, True, False]
