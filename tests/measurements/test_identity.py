import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from crossroads.measurements.identity import (
    MEASURED_CODE,
    identify,
    installed_versions,
    this_python,
)
from crossroads.measurements.machine import this_machine, usable_cores

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text("django==6.1.3\n")
    for name in ("example_app/views.py", "snippets/servers/uvicorn.sh", "docs/index.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one\n")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["requirements.txt", "example_app/views.py", "snippets/servers/uvicorn.sh"]
)
def test_measured_code_and_versions_ask_for_a_new_measurement(checkout: Path, name: str) -> None:
    before = identify(checkout).key
    (checkout / name).write_text("two\n")

    assert identify(checkout).key != before


def test_prose_never_asks_for_a_new_measurement(checkout: Path) -> None:
    before = identify(checkout).key
    (checkout / "docs" / "index.md").write_text("two\n")

    assert identify(checkout).key == before


def test_a_renamed_file_asks_for_a_new_measurement(checkout: Path) -> None:
    before = identify(checkout).key
    (checkout / "example_app" / "views.py").rename(checkout / "example_app" / "urls.py")

    assert identify(checkout).key != before


@pytest.mark.parametrize("folder", MEASURED_CODE)
def test_every_measured_folder_is_there(folder: str) -> None:
    assert any((ROOT / folder).rglob("*.*"))


def test_versions_are_those_that_are_installed() -> None:
    versions = installed_versions()

    assert versions["django"] == version("django")
    assert versions.keys() >= {"asgiref", "gunicorn", "uvicorn", "granian"}


def test_the_machine_names_itself_without_naming_its_owner() -> None:
    machine = this_machine()

    assert machine.cores == usable_cores() >= 1
    assert machine.memory_gib >= 1
    assert os.uname().nodename not in repr(machine)
    assert this_python().version == ".".join(map(str, sys.version_info[:3]))
