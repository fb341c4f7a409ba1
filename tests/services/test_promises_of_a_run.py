"""What `tests/conftest.py` promises of every test run, tried on runs of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"


def run_tests(folder: Path, code: str, **environment: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "test_it.py").write_text(code)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", folder],
        check=False,
        capture_output=True,
        cwd=folder,
        env=os.environ | environment,
        text=True,
    )
    return result.returncode, result.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import pytest\ndef test_it(): pytest.skip('no lamp; buy a lamp')",
        "import pytest\n@pytest.mark.skip('no lamp; buy a lamp')\ndef test_it(): pass",
        "import pytest\npytest.skip('no lamp; buy a lamp', allow_module_level=True)",
    ],
)
def test_a_skip_is_a_failure_where_skips_are_forbidden(code: str, tmp_path: Path) -> None:
    free, _ = run_tests(tmp_path, code, CROSSROADS_FORBID_SKIPS="")
    forbidden, output = run_tests(tmp_path, code, CROSSROADS_FORBID_SKIPS="1")

    assert free in {0, 5}  # 5: no test was collected
    assert forbidden in {1, 2}  # 2: a file could not be collected
    assert "no lamp; buy a lamp" in output


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    code = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False"

    status, output = run_tests(tmp_path, code, CROSSROADS_FORBID_SKIPS="1")

    assert status == 0, output


CHILD = "import subprocess\ndef test_it(): subprocess.Popen(['sleep', '7'])"
ORPHAN = """
import subprocess
def test_it():
    subprocess.run(["sh", "-c", "setsid sleep 7 >/dev/null 2>&1 &"], check=True)
"""


@pytest.mark.parametrize("code", [CHILD, ORPHAN], ids=["child", "orphan"])
def test_a_process_that_is_left_fails_the_run(code: str, tmp_path: Path) -> None:
    status, output = run_tests(tmp_path, code)

    assert status == 1
    assert "tests left processes behind" in output
    assert "sleep 7" in output


def test_a_line_for_the_summary_is_printed(tmp_path: Path) -> None:
    code = "def test_it(record_property): record_property('summary', '412 blocks')"

    status, output = run_tests(tmp_path, code)

    assert (status, "412 blocks" in output) == (0, True)
