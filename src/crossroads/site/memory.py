"""Keeps what was drawn while it is still true, so that an edit to prose is seen at once.

mkdocs-jupyter's own cache knows neither the measurements nor the code that draws them.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

_DRAWN_FROM = (
    "measurements/**/*.jsonl",
    "src/crossroads/bench/servers.py",
    "src/crossroads/bench/workloads.py",
    "src/crossroads/measurements/*.py",
    "src/crossroads/site/*.py",
)
_kept: dict[str, Any] = {}


def remembered[T](key: str, make: Callable[[], T]) -> T:
    """Return what `make` gave for `key`; it is called once for each key."""
    if key not in _kept:
        _kept[key] = make()
    kept: T = _kept[key]
    return kept


def digest_of(root: Path, *files: Path) -> str:
    """Return a digest of `files`, of the measurements under `root` and of what draws them."""
    sha = sha256()
    drawn_from = (path for pattern in _DRAWN_FROM for path in root.glob(pattern))
    for path in sorted((*files, *drawn_from)):
        sha.update(f"{path}\0".encode() + path.read_bytes())
    return sha.hexdigest()
