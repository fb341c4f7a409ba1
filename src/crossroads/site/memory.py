"""Keeps what was drawn while it is still true, so that an edit to prose is seen at once.

mkdocs-jupyter's own cache knows neither the measurements nor the code that draws them.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

_DRAWN_FROM = (
    "docs/decide/*",
    "measurements/**/*.json",
    "measurements/**/*.jsonl",
    "src/crossroads/bench/servers.py",
    "src/crossroads/bench/workloads.py",
    "src/crossroads/decisions/**/*.py",
    "src/crossroads/evidence/*.py",
    "src/crossroads/measurements/*.py",
    "src/crossroads/site/**/*.py",
)
_kept: dict[str, Any] = {}
_begun: dict[str, Future[Any]] = {}
# Two at least: while one kernel starts, another can draw.
_workers = ThreadPoolExecutor(max(2, os.cpu_count() or 1))


def begin(key: str, make: Callable[[], Any]) -> None:
    """Start `make` beside the build, unless `key` is remembered; `remembered` waits for it."""
    if key not in _kept and key not in _begun:
        _begun[key] = _workers.submit(make)


def remembered[T](key: str, make: Callable[[], T]) -> T:
    """Return what `make` gave for `key`; it is called once for each key.

    What has been begun is waited for, and an error in it is raised here.
    """
    if key not in _kept:
        begun = _begun.pop(key, None)
        _kept[key] = begun.result() if begun else make()
    kept: T = _kept[key]
    return kept


def abandon() -> None:
    """Forget what has been begun; what does not run yet never will."""
    for begun in _begun.values():
        begun.cancel()
    _begun.clear()


def digest_of(root: Path, *files: Path) -> str:
    """Return a digest of `files`, of the measurements under `root` and of what draws them."""
    sha = sha256()
    drawn_from = (path for pattern in _DRAWN_FROM for path in root.glob(pattern))
    for path in sorted((*files, *drawn_from)):
        sha.update(f"{path}\0".encode() + path.read_bytes())
    return sha.hexdigest()
