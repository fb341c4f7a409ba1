"""What a run says of a measured claim: its state, its numbers and their intervals."""

from collections.abc import Mapping, Sequence

from crossroads.evidence.model import Evidence, Finding, Measured, Origin, Reading, State
from crossroads.measurements.compare import (
    FEWEST_ROUNDS,
    Interval,
    Verdict,
    interval,
    judge,
    paired_ratio,
)
from crossroads.measurements.model import Figures, Load, Row, Run

HOW_TO_MEASURE = "run: crossroads measure"


def find_in_run(evidence: Evidence, proof: Measured, run: Run | None) -> Finding:
    """Return what `run` says of a measured claim; no run says nothing."""
    cells = tuple(dict.fromkeys(c for r in proof.readings for c in (r.cell, r.over) if c))
    if run is None:
        return Finding(evidence=evidence, state=State.NOT_MEASURED, why=HOW_TO_MEASURE, proof=cells)
    rows = {cell: [row for row in run.rows if row.cell.id == cell] for cell in cells}
    read = {reading.name: _read(reading, rows) for reading in proof.readings}
    state, why = _state(proof.readings, read, rows, run.profile)
    return Finding(
        evidence=evidence,
        state=state,
        why=why,
        values={
            reading.name: quantity_text(found.middle, reading.unit)
            for reading in proof.readings
            if (found := read[reading.name])
        },
        spread={name: spread for name, found in read.items() if (spread := _spread(found))},
        proof=cells,
        origin=Origin(
            machine=run.machine, python=run.python, versions=run.versions, date=run.started[:10]
        ),
    )


def _spread(found: Interval | None) -> str:
    if found is None or found.n < FEWEST_ROUNDS or found.low is None or found.high is None:
        return ""
    return f"{number(found.low)} to {number(found.high)}"


def number(value: float) -> str:
    """Return `value` with two significant digits, which is what a few rounds are worth.

    >>> [number(value) for value in (4.184, 0.0312, 316.4, 80.0, 2.04)]
    ['4.2', '0.031', '320', '80', '2.0']
    """
    digits = f"{value:#.2g}".rstrip(".")
    return f"{float(digits):,.0f}" if "e" in digits else digits


def quantity_text(value: float, unit: str) -> str:
    """Return a number with its unit, as the prose shows it.

    >>> quantity_text(4.184, "×"), quantity_text(0.387, "ms")
    ('4.2×', '0.39 ms')
    """
    return f"{number(value)}{unit}" if unit in {"×", "%"} else f"{number(value)} {unit}"


def _read(reading: Reading, rows: Mapping[str, Sequence[Row]]) -> Interval | None:
    of = _by_round(reading, rows[reading.cell])
    if reading.over is None:
        return interval(list(of.values())) if of else None
    return paired_ratio(of, _by_round(reading, rows[reading.over]))


def _by_round(reading: Reading, rows: Sequence[Row]) -> Mapping[int, float]:
    found = {row.round: _take(reading, row.figures, row.cell.load) for row in rows if row.figures}
    return {number: value for number, value in found.items() if value > 0}


def _take(reading: Reading, figures: Figures, load: Load) -> float:
    if reading.figure != "latency_ms":
        return float(getattr(figures, reading.figure))
    # Little's law: each client of a closed loop always has one request in progress.
    return 1000 * (load.clients or 0) / figures.rate if figures.rate else 0.0


def _state(
    readings: Sequence[Reading],
    read: Mapping[str, Interval | None],
    rows: Mapping[str, Sequence[Row]],
    profile: str,
) -> tuple[State, str]:
    bound = [r for r in readings if r.at_least is not None or r.at_most is not None]
    for reading in bound:
        if read[reading.name] is None:
            return _why_unread(reading, rows, profile)
    verdicts = {reading.name: _verdict(reading, read[reading.name]) for reading in bound}
    for verdict, state in (
        (Verdict.CONTRADICTED, State.CONTRADICTED),
        (Verdict.UNDECIDED, State.UNDECIDED),
    ):
        for reading in bound:
            if verdicts[reading.name] is verdict:
                return state, _sentence(reading, read[reading.name])
    return State.HOLDS, ""


def _verdict(reading: Reading, found: Interval | None) -> Verdict:
    verdicts = set()
    if reading.at_least is not None:
        verdicts.add(judge(found, at_least=reading.at_least))
    if reading.at_most is not None:
        verdicts.add(_at_most(found, reading.at_most))
    for verdict in (Verdict.CONTRADICTED, Verdict.UNDECIDED):
        if verdict in verdicts:
            return verdict
    return Verdict.HOLDS


def _at_most(found: Interval | None, bound: float) -> Verdict:
    if found is None or found.low is None or found.high is None:
        return Verdict.UNDECIDED
    if found.high <= bound:
        return Verdict.HOLDS
    return Verdict.CONTRADICTED if found.low > bound else Verdict.UNDECIDED


def _why_unread(
    reading: Reading, rows: Mapping[str, Sequence[Row]], profile: str
) -> tuple[State, str]:
    for cell in filter(None, (reading.cell, reading.over)):
        if not rows[cell]:
            return State.NOT_MEASURED, f"the {profile} profile has no cell {cell}"
        if reason := next((row.reason for row in rows[cell] if row.reason), None):
            return State.FAILED, f"{cell}: {reason}"
    return State.FAILED, "its cells share no round"


def condition(reading: Reading) -> str:
    """Return what a reading must be for the claim to hold; empty when it is not asked.

    >>> condition(Reading(name="n", says="", figure="rate", cell="c", over="d", at_least=1.3))
    'at least 1.3×'
    """
    words = [
        f"{word} {bound:g}{reading.unit if reading.over else f' {reading.unit}'}"
        for word, bound in (("at least", reading.at_least), ("at most", reading.at_most))
        if bound is not None
    ]
    return " and ".join(words)


def _sentence(reading: Reading, found: Interval | None) -> str:
    shown = str(found)
    if found and found.n < FEWEST_ROUNDS:
        shown = f"{quantity_text(found.middle, reading.unit)} after {found.n} rounds, too few"
    return f"{reading.says}: {shown}, expected {condition(reading)}"
