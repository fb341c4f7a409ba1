"""From rounds to statements: intervals, paired ratios, verdicts.

Costs are positive and vary by factors, so everything is computed on logarithms. Two
cells are compared within the same round, because a machine drifts between rounds. The
interval is Student's t: with the few rounds a benchmark can afford, a bootstrap is too
narrow (it called 0.85 [0.77, 0.97] where t gives [0.68, 1.07]).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import mean, stdev

DIFFERENCE = 1.05
"""Ratios nearer to one than this are never called a difference: with it, fewer than one
in twenty pairs of equal things is (`crossroads measure --aa` counts it)."""

FEWEST_ROUNDS = 3
"""Rounds from which on an interval is shown: with two it spans factors of ten, however well
they agree."""

# Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom.
_T_95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_T_95_BEYOND = 2.042
"""Used above 30 degrees of freedom: a little wide, never too narrow."""


class Verdict(StrEnum):
    """What a measurement says of a claim."""

    HOLDS = "holds"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A geometric mean with its 95 % interval; with one value there is no interval."""

    middle: float
    low: float | None
    high: float | None
    n: int
    """Number of rounds behind it."""

    def __str__(self) -> str:
        """Return the form people read, such as `2.8 [2.2, 3.6]`."""
        if self.low is None or self.high is None:
            return f"{self.middle:.3g}"
        return f"{self.middle:.3g} [{self.low:.3g}, {self.high:.3g}]"


def interval(values: Sequence[float]) -> Interval:
    """Return the geometric mean of positive `values` with its t interval.

    >>> print(interval([2.0, 2.2, 1.9]))
    2.03 [1.69, 2.44]

    Raises:
        ValueError: There are no values, or one is not positive.
    """
    logs = [math.log(value) for value in values]
    if not logs:
        message = "an interval needs at least one value"
        raise ValueError(message)
    middle = mean(logs)
    if len(logs) == 1:
        return Interval(middle=math.exp(middle), low=None, high=None, n=1)
    degrees = len(logs) - 1
    t = _T_95[degrees - 1] if degrees <= len(_T_95) else _T_95_BEYOND
    half = t * stdev(logs) / math.sqrt(len(logs))
    return Interval(
        middle=math.exp(middle),
        low=math.exp(middle - half),
        high=math.exp(middle + half),
        n=len(logs),
    )


def paired_ratio(a: Mapping[int, float], b: Mapping[int, float]) -> Interval | None:
    """Return `a` divided by `b`, round by round, or None when they share no round.

    >>> print(paired_ratio({1: 2.0, 2: 2.2, 3: 1.9}, {1: 1.0, 2: 1.0, 3: 1.0}))
    2.03 [1.69, 2.44]
    """
    shared = sorted(a.keys() & b.keys())
    return interval([a[number] / b[number] for number in shared]) if shared else None


def judge(ratio: Interval | None, *, at_least: float = DIFFERENCE) -> Verdict:
    """Return what `ratio` says of the claim "at least `at_least` times".

    Decided only when the whole interval is on one side.
    """
    if ratio is None or ratio.low is None or ratio.high is None:
        return Verdict.UNDECIDED
    if ratio.low >= at_least:
        return Verdict.HOLDS
    if ratio.high < at_least:
        return Verdict.CONTRADICTED
    return Verdict.UNDECIDED


def is_called_different(ratio: Interval | None) -> bool:
    """Return whether the measurement calls the two sides of `ratio` different."""
    if ratio is None or ratio.low is None or ratio.high is None:
        return False
    return ratio.low >= DIFFERENCE or ratio.high <= 1 / DIFFERENCE
