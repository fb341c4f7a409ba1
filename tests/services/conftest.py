import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import crossroads

type Until = Callable[[Callable[[], object]], None]
type StartParent = Callable[[str], Parent]


@pytest.fixture(autouse=True)
def own_services(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the awaited state never came"
        time.sleep(0.02)


@pytest.fixture
def until() -> Until:
    return wait_until


class Parent:
    """A Python of its own that starts things, says so in one line, and can be killed."""

    def __init__(self, code: str, errors: Path) -> None:
        source = str(Path(crossroads.__file__).parents[1])
        with errors.open("w") as stderr:
            self.popen = subprocess.Popen(
                [sys.executable, "-c", code],
                env=os.environ | {"PYTHONPATH": source},
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )
        assert self.popen.stdout
        self.said = self.popen.stdout.readline().strip()
        assert self.said, errors.read_text()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.popen.pid).children(recursive=True)

    def signal(self, number: int) -> None:
        """Send a signal as a terminal does, to the whole group."""
        os.killpg(self.popen.pid, number)
        self.popen.wait(timeout=20)

    def close(self) -> None:
        self.popen.kill()
        self.popen.wait()
        assert self.popen.stdout
        self.popen.stdout.close()


@pytest.fixture
def start_parent(tmp_path: Path) -> Iterator[StartParent]:
    parents: list[Parent] = []

    def start(code: str) -> Parent:
        parents.append(Parent(code, tmp_path / f"parent-{len(parents)}.log"))
        return parents[-1]

    yield start
    for parent in parents:
        parent.close()


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def all_gone() -> Callable[[list[psutil.Process]], bool]:
    return lambda processes: all(is_gone(process) for process in processes)
