import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from crossroads.bench.generator import Generator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a checkout whose measurements are its own."""
    for name in ("example_app", "snippets", "src", "requirements.txt", "mkdocs.yml"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.fixture
def generator() -> Iterator[Generator]:
    with Generator() as running:
        yield running


@pytest.fixture
def processes_of() -> Callable[[Path], list[psutil.Process]]:
    """Give a function that returns the living servers that were started for a checkout."""

    def servers(checkout: Path) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if _is_of(process, checkout)]

    return servers


def _is_of(process: psutil.Process, checkout: Path) -> bool:
    try:
        path = process.environ().get("PYTHONPATH", "")
        return process.pid != os.getpid() and str(checkout / "example_app") in path
    except psutil.Error:
        return False
