"""The check that tells a reader which import switches the GIL on."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "snippets" / "free_threading" / "check_gil.py"
runs_check = pytest.mark.runs("free_threading/check_gil.py")


def check(python: str, *arguments: str, **env: str) -> tuple[int, str]:
    """Return the exit code and the last line of the check, run in the example project."""
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": sysconfig.get_path("purelib"), **env}
    done = subprocess.run(
        [python, CHECK, *arguments],
        cwd=ROOT / "example_app",
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, f"{done.stdout}{done.stderr}".strip().splitlines()[-1]


@pytest.fixture(scope="session")
def free_threaded() -> str:
    """Return a free-threaded Python."""
    if python := shutil.which("python3.14t"):
        return python
    pytest.skip("python3.14t is not on the PATH; uv python install 3.14t")


@runs_check
def test_the_example_project_leaves_the_gil_off(free_threaded: str) -> None:
    settings = {"DJANGO_SECRET_KEY": "for this test alone", "DJANGO_INSECURE_HTTP": "1"}

    assert check(free_threaded, "--django", "config.settings", **settings) == (
        0,
        "the GIL stays off",
    )


@runs_check
def test_a_module_is_checked_that_is_in_the_current_folder(free_threaded: str) -> None:
    assert check(free_threaded, "routes.tours") == (0, "the GIL stays off")


@runs_check
def test_a_project_that_cannot_be_loaded_is_not_said_to_be_free_of_the_gil(
    free_threaded: str,
) -> None:
    code, says = check(free_threaded, "--django", "config.settings")

    assert code == 2
    assert "config.settings cannot be loaded: DJANGO_SECRET_KEY is not set" in says


@runs_check
def test_a_gil_that_is_forced_off_is_no_finding(free_threaded: str) -> None:
    code, says = check(free_threaded, "json", PYTHON_GIL="0")

    assert code == 2
    assert says.endswith("the GIL is forced off, nothing can switch it on; unset PYTHON_GIL")


@runs_check
@pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="needs a Python with the GIL"
)
def test_a_python_with_the_gil_is_refused() -> None:
    code, says = check(sys.executable, "json")

    assert code == 2
    assert "the GIL is on already" in says


@runs_check
def test_without_a_name_there_is_nothing_to_check() -> None:
    code, says = check(sys.executable)

    assert code == 2
    assert says.endswith("name modules, or the settings of a project")
