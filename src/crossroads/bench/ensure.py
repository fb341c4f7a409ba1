"""Makes sure that the site has figures of this machine, without ever measuring twice."""

import os
from pathlib import Path

import click

from crossroads.bench.profiles import PROFILES
from crossroads.bench.progress import progress_bar
from crossroads.bench.run import run_profile
from crossroads.errors import CrossroadsError
from crossroads.measurements.identity import identify
from crossroads.measurements.store import load_run, local_path

VARIABLE = "CROSSROADS_MEASURE"
MODES = ("off", *PROFILES)


def ensure_measurement(root: Path) -> None:
    """Measure, unless a measurement of this machine, code and lock is there already.

    `CROSSROADS_MEASURE` says what is wanted: `quick` (the default), `full` or `off`. A full
    run serves where a quick one is wanted.

    Raises:
        CrossroadsError: The variable has another value, or the harness cannot work.
    """
    wanted = os.environ.get(VARIABLE, "quick")
    if wanted not in MODES:
        raise CrossroadsError(
            f"{VARIABLE} is {wanted!r}", f"it may be {', '.join(MODES)}", "set one of these"
        )
    if wanted == "off" or is_measured(root, wanted):
        return
    click.echo(
        f"No measurement of this machine and this code yet: measuring ({wanted} profile). "
        f"{VARIABLE}=off skips it.",
        err=True,
    )
    profile = PROFILES[wanted]
    with progress_bar(len(profile.cells) * profile.rounds) as progress:
        run_profile(root, profile, progress)


def is_measured(root: Path, wanted: str) -> bool:
    """Return whether a run of at least the profile `wanted` is valid for what is here now.

    Raises:
        MeasurementFileError: There is one, but it cannot be read.
    """
    key = identify(root).key
    enough = [local_path(root, name, key) for name in {wanted, "full"}]
    present = [path for path in enough if path.exists()]
    for path in present:
        load_run(path)
    return bool(present)
