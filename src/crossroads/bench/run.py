"""A run: every cell once per round, in a shuffled order, each row on disk at once.

Rounds are interleaved because machines drift: what is compared has been measured within
the same round, minutes and not hours apart.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crossroads.bench.beside import beside
from crossroads.bench.cell import Setting, measure
from crossroads.bench.generator import Generator
from crossroads.bench.profiles import Profile
from crossroads.bench.workloads import WORKLOADS
from crossroads.measurements.identity import identify, installed_versions
from crossroads.measurements.machine import usable_cores
from crossroads.measurements.model import Cell, Row, Run
from crossroads.measurements.store import PartialRun, load_run, local_path
from crossroads.services.process import can_pin

type Progress = Callable[[Cell | None, int, int], None]
"""Hears which cell is next (None at the end), and how many windows of how many are done."""


def silent(_cell: Cell | None, _done: int, _total: int) -> None:
    """Hear nothing."""


def run_profile(root: Path, profile: Profile, progress: Progress = silent) -> Run:
    """Return the finished run of `profile` on this machine, going on with an unfinished one.

    Every row is on disk before the next cell starts, so an interruption loses one cell.

    Raises:
        CrossroadsError: The harness itself cannot work, such as on a full disk. A cell that
            cannot be measured is a row with its reason instead.
    """
    path = local_path(root, profile.name, identify(root).key)
    with closing(PartialRun(path)) as partial:
        header, kept = partial.begin(_header(root, profile))
        rows = list(kept)
        with prepared(root, profile) as setting:
            for row in _rows(setting, header["seed"], rows, progress):
                partial.add(row)
                rows.append(row)
        partial.finish(_now(), len(rows))
    return load_run(path)


@contextmanager
def prepared(root: Path, profile: Profile) -> Iterator[Setting]:
    """Give what the cells of `profile` share: generator, database, cores; end it afterwards."""
    server_cpus, other_cpus = _split_cores()
    with ExitStack() as stack:
        stack.enter_context(_bytecode_kept(root))
        if other_cpus:
            # We sleep most of the time, but what we do must not fall on the server's core.
            stack.enter_context(_kept_on(other_cpus))
        generator = stack.enter_context(Generator(cpus=other_cpus))
        needs = {need for cell in profile.cells for need in WORKLOADS[cell.workload].needs}
        services = stack.enter_context(beside(root, needs, other_cpus or None))
        yield Setting(
            root=root,
            profile=profile,
            generator=generator,
            server_cpus=server_cpus,
            other_cpus=other_cpus,
            beside=services,
        )


def shuffled(cells: Sequence[Cell], seed: int, number: int) -> list[Cell]:
    """Return the cells in the order of round `number`."""
    order = list(cells)
    random.Random(f"{seed}-{number}").shuffle(order)
    return order


def _rows(setting: Setting, seed: int, kept: Sequence[Row], progress: Progress) -> Iterator[Row]:
    profile = setting.profile
    have = {(row.cell.id, row.round) for row in kept}
    clock = _Clock(profile)
    done = len(have)
    total = sum(len(profile.cells_of(number)) for number in _numbers(profile))
    for number in _numbers(profile):
        disturbed: list[Row] = []
        for cell in shuffled(profile.cells_of(number), seed, number):
            if (cell.id, number) in have:
                continue
            if number > profile.rounds and clock.is_up():
                break
            progress(cell, done, total)
            row = measure(cell, number, setting)
            clock.windows += 1
            done += 1
            yield row
            if row.noise:
                disturbed.append(row)
        for row in disturbed:
            if not clock.is_behind(total - len(have)):
                progress(row.cell, done, total)
                # A later row of the same cell and round stands for the earlier one.
                yield _better(row, measure(row.cell, number, setting))
    progress(None, total, total)


class _Clock:
    """Whether there is time for more than a run must have."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.begun = time.monotonic()
        self.windows = 0
        """Windows measured, not counting repeated ones."""

    def is_up(self) -> bool:
        """Return whether the limit is reached."""
        return time.monotonic() - self.begun >= self.profile.limit_s

    def is_behind(self, total: int) -> bool:
        """Return whether `total` windows would end after the limit at this pace.

        They are those of all rounds, also of the further ones: a round more decides more
        than a second try.
        """
        spent_s = time.monotonic() - self.begun
        return spent_s / max(1, self.windows) * total >= self.profile.limit_s


def _numbers(profile: Profile) -> range:
    return range(1, profile.most_rounds + 1)


def _better(first: Row, second: Row) -> Row:
    """Return the second try, or the first with the reason why the second failed."""
    if second.reason is None:
        return second
    return replace(first, noise=(*first.noise, f"repeated in vain: {second.reason}"))


def _header(root: Path, profile: Profile) -> dict[str, Any]:
    identity = identify(root)
    return {
        "profile": profile.name,
        "started": _now(),
        "machine": asdict(identity.machine),
        "python": asdict(identity.python),
        "versions": installed_versions(),
        "code": identity.code,
        "lock": identity.lock,
        "pinned": bool(_split_cores()[0]),
        "seed": random.randrange(2**31),
    }


def _split_cores() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the server's core and the others; nothing is pinned where that cannot be done."""
    if not can_pin() or usable_cores() < 2:  # noqa: PLR2004 (one for each side)
        return (), ()
    first, *others = sorted(os.sched_getaffinity(0))
    return (first,), tuple(others)


@contextmanager
def _bytecode_kept(root: Path) -> Iterator[None]:
    """Have all commands that we start share their bytecode.

    Where none may be written, a server would compile for longer than it is measured.
    """
    folder = str(root / ".cache" / "bytecode")
    ours = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _kept_on(cpus: Sequence[int]) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
