"""What the proving tests found on a machine: one JSON file, with the outcome of each test.

Like a run, it carries its machine and versions, and it is valid for them and for the tests'
own code. A test that is run alone brings its own outcome up to date and leaves the others.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from crossroads.errors import CrossroadsError
from crossroads.evidence.model import Origin
from crossroads.measurements.identity import digest, identify, installed_versions
from crossroads.measurements.model import Machine, Python

FORMAT = 1
"""1 (2026-11): the first."""

TESTS = "tests/evidence"
"""Where the proving tests are."""


class ProofsFileError(CrossroadsError):
    """A file of proofs is damaged or of another format."""


@dataclass(frozen=True, kw_only=True)
class TestOutcome:
    """How one proving test ended."""

    __test__ = False  # pytest takes the name for a test's

    ids: tuple[str, ...]
    """Claims that it proves."""
    outcome: Literal["passed", "failed", "skipped"]
    contradicts: bool = False
    """Whether it failed because the claim is not true, rather than because it could not run."""
    reason: str = ""
    """Why it failed or was skipped."""
    values: Mapping[str, float] = field(default_factory=dict)
    """Name of a quantity to what was counted."""


@dataclass(frozen=True, kw_only=True)
class Proofs:
    """What the tests found in one place."""

    origin: Origin
    tests: Mapping[str, TestOutcome]
    """By the test's id, such as `tests/evidence/test_asgi_threads.py::test_each_…`."""


def local_proofs_path(root: Path) -> Path:
    """Return where this machine's proofs of what is here now are kept; git ignores it."""
    files = sorted((root / TESTS).rglob("*.py"))
    key = f"{identify(root).key}{digest(files, root)[:8]}"
    return root / "measurements" / "local" / f"proofs-{key}.json"


def local_proofs(root: Path) -> Proofs | None:
    """Return this machine's proofs of what is here now, or None."""
    path = local_proofs_path(root)
    return load_proofs(path) if path.exists() else None


def reference_proofs(root: Path) -> Proofs | None:
    """Return the newest committed proofs, or None when there are none."""
    found = [load_proofs(path) for path in (root / "measurements" / "proofs").glob("*.json")]
    return max(found, key=lambda proofs: proofs.origin.date, default=None)


def load_proofs(path: Path) -> Proofs:
    """Return the proofs that `path` holds.

    Raises:
        ProofsFileError: The file is damaged or of another format.
    """
    try:
        content = json.loads(path.read_text())
        if content["format"] != FORMAT:
            raise ProofsFileError(
                f"{path.name} is of format {content['format']}",
                f"this version reads format {FORMAT}",
                "prove again: crossroads evidence --prove",
            )
        return _proofs(content)
    except (ValueError, KeyError, TypeError) as error:
        raise ProofsFileError(
            f"{path.name} is damaged",
            f"{type(error).__name__}: {error}",
            "delete it and run: crossroads evidence --prove (a committed one: git checkout it)",
        ) from error


def keep_proofs(root: Path, tests: Mapping[str, TestOutcome]) -> Path:
    """Add the outcomes of `tests` to this machine's proofs and return their file."""
    path = local_proofs_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two test runs may end at once; neither may lose what the other found.
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = dict(load_proofs(path).tests) if path.exists() else {}
        _write(path, Proofs(origin=_here(root), tests=known | dict(tests)))
    return path


def keep_reference(root: Path) -> Path:
    """Copy this machine's proofs to where they are committed, and return the copy.

    Raises:
        CrossroadsError: There are none.
    """
    path = local_proofs_path(root)
    if not path.exists():
        raise CrossroadsError(
            "there are no proofs of what is here now",
            f"they would be in {path.relative_to(root)}",
            "run: crossroads evidence --prove --reference",
        )
    kept = (
        root / "measurements" / "proofs" / f"{load_proofs(path).origin.date}-{path.stem[-6:]}.json"
    )
    kept.parent.mkdir(exist_ok=True)
    shutil.copyfile(path, kept)
    return kept


def _write(path: Path, proofs: Proofs) -> None:
    content = {
        "format": FORMAT,
        "date": proofs.origin.date,
        "machine": asdict(proofs.origin.machine),
        "python": asdict(proofs.origin.python),
        "versions": dict(proofs.origin.versions),
        "tests": {name: asdict(proofs.tests[name]) for name in sorted(proofs.tests)},
    }
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(content, indent=1) + "\n")
    partial.replace(path)


def _here(root: Path) -> Origin:
    identity = identify(root)
    return Origin(
        machine=identity.machine,
        python=identity.python,
        versions=installed_versions(),
        date=datetime.now(UTC).date().isoformat(),
    )


def _proofs(content: Mapping[str, Any]) -> Proofs:
    return Proofs(
        origin=Origin(
            machine=Machine(**content["machine"]),
            python=Python(**content["python"]),
            versions=content["versions"],
            date=content["date"],
        ),
        tests={
            name: TestOutcome(**{**test, "ids": tuple(test["ids"])})
            for name, test in content["tests"].items()
        },
    )
