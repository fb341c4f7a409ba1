import os
from collections.abc import Iterator
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


def processes_of(checkout: Path) -> list[psutil.Process]:
    """Return the living processes that were started for `checkout`."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and str(checkout) in process.environ().get(
                "PYTHONPATH", ""
            ):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
