"""How often a verdict would be wrong: each cell measured against itself.

Both sides of an A/A pair are the same thing, so every difference that is called is a
mistake. The two sides of a round can be exchanged without changing the truth, so a few
rounds of real noise give many pairs to judge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from crossroads.bench.cell import measure
from crossroads.bench.profiles import CPU_CLIENTS, Profile, cell
from crossroads.bench.run import Progress, prepared, shuffled, silent
from crossroads.measurements.compare import Interval, is_called_different, paired_ratio

ROUNDS = 6
"""Rounds of an A/A check; each gives one pair per cell."""

CELLS = (
    cell("json", "gunicorn-gthread"),
    cell("json", "granian-wsgi"),
    cell("json", "uvicorn", "async"),
    cell("json-middleware", "uvicorn", "sync"),
    cell("cpu", "gunicorn-gthread", clients=CPU_CLIENTS),
)
"""Cheap and dear, threads and loop: what noise can do differs between them."""


@dataclass(frozen=True, kw_only=True)
class SelfCheck:
    """What the A/A pairs of one cell say."""

    cell: str
    ratio: Interval
    """The cell against itself, as measured."""
    judged: int
    """Pairs that were judged: every way to name the two sides of each round."""
    wrong: int
    """Pairs that were called different."""


def check_pairs(root: Path, profile: Profile, progress: Progress = silent) -> tuple[SelfCheck, ...]:
    """Return the A/A pairs of `CELLS`, measured with the windows of `profile`.

    Raises:
        CrossroadsError: The harness itself cannot work.
    """
    sides: dict[str, tuple[dict[int, float], dict[int, float]]] = {
        one.id: ({}, {}) for one in CELLS
    }
    total, done = 2 * len(CELLS) * ROUNDS, 0
    with prepared(root, profile) as setting:
        for number in range(1, ROUNDS + 1):
            for half in (0, 1):
                for one in shuffled(CELLS, half, number):
                    progress(one, done, total)
                    row = measure(one, number, setting)
                    done += 1
                    if row.figures:
                        sides[one.id][half][number] = row.figures.cpu_ms
    progress(None, done, total)
    return tuple(judge_pairs(sides))


def judge_pairs(
    sides: Mapping[str, tuple[Mapping[int, float], Mapping[int, float]]],
) -> Iterator[SelfCheck]:
    """Give what the pairs of each cell say, for every naming of the two sides of each round."""
    for name, (first, second) in sides.items():
        ratio = paired_ratio(first, second)
        if ratio is None:
            continue
        namings = list(_namings(first, second))
        wrong = sum(is_called_different(paired_ratio(*naming)) for naming in namings)
        yield SelfCheck(cell=name, ratio=ratio, judged=len(namings), wrong=wrong)


def wrong_share(checks: Sequence[SelfCheck]) -> float:
    """Return the share of all judged pairs that were called different."""
    judged = sum(check.judged for check in checks)
    return sum(check.wrong for check in checks) / judged if judged else 0.0


def _namings(
    first: Mapping[int, float], second: Mapping[int, float]
) -> Iterator[tuple[dict[int, float], dict[int, float]]]:
    rounds = sorted(first.keys() & second.keys())
    # The first round keeps its names: exchanging all rounds at once is the same pair again.
    for exchanged in product((False, True), repeat=max(0, len(rounds) - 1)):
        swap = dict(zip(rounds, (False, *exchanged), strict=True))
        yield (
            {number: (second if swap[number] else first)[number] for number in rounds},
            {number: (first if swap[number] else second)[number] for number in rounds},
        )
