"""Runs the proving tests, so that a build can say what holds on this machine."""

import subprocess
import sys
from pathlib import Path

import click

from crossroads.errors import CrossroadsError
from crossroads.evidence.proofs import TESTS, local_proofs_path

RAN = frozenset({0, 1})
"""Exit codes of pytest that ran all tests; a failed proof is a finding, not an error."""

DEADLINE_S = 900


def ensure_proofs(root: Path) -> None:
    """Prove, unless this machine's proofs of what is here now are there already.

    Raises:
        CrossroadsError: The tests could not be run.
    """
    if (root / TESTS).is_dir() and not local_proofs_path(root).exists():
        click.echo("The claims are not proven on this machine yet: running their tests.", err=True)
        prove(root)


def prove(root: Path) -> None:
    """Run every proving test; what they find is kept with this machine's measurements.

    Raises:
        CrossroadsError: The tests could not be run.
    """
    # Two workers: most tests wait for a server.
    command = [sys.executable, "-m", "pytest", TESTS, "-q", "-n", "2", "-p", "no:cacheprovider"]
    done = subprocess.run(  # noqa: S603 (our own tests)
        command, cwd=root, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    if done.returncode not in RAN:
        raise CrossroadsError(
            f"the tests of {TESTS} could not be run (exit code {done.returncode})",
            "\n".join(f"{done.stdout}{done.stderr}".strip().splitlines()[-5:]),
            "run: make setup (they need what requirements.txt names)",
        )
