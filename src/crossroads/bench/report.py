"""A run as text: one line per cell, failures with their reasons, nothing left out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from crossroads.bench.self_check import SelfCheck, wrong_share
from crossroads.measurements.compare import interval
from crossroads.measurements.model import Figures, Row, Run


def run_table(run: Run) -> str:
    """Return the run as a table for a terminal."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in run.rows:
        rows[row.cell.id].append(row)
    width = max(map(len, rows), default=0)
    lines = [
        f"{run.profile} profile, {run.started}, {run.machine.cpu}, {run.machine.cores} cores, "
        f"Python {run.python.version} ({run.python.build})"
        + ("" if run.pinned else ", not pinned"),
        "",
        f"{'cell':{width}}  CPU ms/request [95 %]      req/s    p50 ms  threads  PSS MB  noise",
    ]
    lines += [_line(name, rows[name], width) for name in sorted(rows)]
    failed = sum(1 for row in run.rows if row.reason)
    lines += ["", f"{len(rows)} cells, {len(run.rows)} windows, {failed} failed"]
    return "\n".join(lines)


def aa_table(checks: Sequence[SelfCheck]) -> str:
    """Return the A/A pairs as a table for a terminal."""
    width = max((len(check.cell) for check in checks), default=0)
    lines = [f"{'cell against itself':{width}}  ratio [95 %]              called different"]
    lines += [
        f"{check.cell:{width}}  {check.ratio!s:24}  {check.wrong} of {check.judged}"
        for check in checks
    ]
    judged = sum(check.judged for check in checks)
    lines += ["", f"wrong verdicts: {wrong_share(checks):.1%} of {judged} pairs"]
    return "\n".join(lines)


def _line(name: str, rows: Iterable[Row], width: int) -> str:
    rows = list(rows)
    good = [row.figures for row in rows if row.figures]
    reasons = "; ".join(sorted({row.reason for row in rows if row.reason}))
    if not good:
        return f"{name:{width}}  failed: {reasons}"
    noisy = sum(1 for row in rows if row.noise)
    return (
        f"{name:{width}}  {interval([one.cpu_ms for one in good])!s:24}  "
        f"{_middle(good, 'rate'):8.1f}  {_p50(good):>8}  {max(f.threads for f in good):7d}  "
        f"{_middle(good, 'pss_mb'):6.0f}  {f'{noisy} of {len(rows)}' if noisy else '':7}"
        + ("  on all cores" if any(row.unpinned for row in rows) else "")
        + (f"  failed once: {reasons}" if reasons else "")
    ).rstrip()


def _middle(figures: Sequence[Figures], name: str) -> float:
    return interval([getattr(one, name) for one in figures]).middle


def _p50(figures: Sequence[Figures]) -> str:
    known = [one.latency_ms["0.5"] for one in figures if "0.5" in one.latency_ms]
    return f"{interval(known).middle:.1f}" if known else "–"
