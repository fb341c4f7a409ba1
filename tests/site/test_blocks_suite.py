"""A whole run of tests fails when the site shows code that none of them executed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = {
    "mkdocs.yml": """\
site_name: A
markdown_extensions: [pymdownx.superfences, pymdownx.snippets: {base_path: ["."]}]
""",
    "docs/index.md": '```python\n--8<-- "example_app/numbers_app.py:half"\n```\n',
    "example_app/numbers_app.py": """\
# --8<-- [start:half]
def half(number):
    if number < 0:
        return -half(-number)
    return number / 2
# --8<-- [end:half]
""",
    "snippets/start.sh": "true\n",
    "pyproject.toml": """\
[tool.pytest]
testpaths = ["tests"]
addopts = ["--import-mode=importlib", "-p", "no:randomly", "-p", "no:cacheprovider"]
pythonpath = ["example_app"]
markers = ["runs(path): the test runs this file"]
""",
    "tests/conftest.py": """\
from crossroads.site.blocks.suite import SuiteAccount

def pytest_configure(config):
    config.pluginmanager.register(SuiteAccount(config))
""",
    "tests/test_more.py": "import numbers_app as n\ndef test_more(): assert n.half(2) == 1\n",
    "tests/test_less.py": "import numbers_app as n\ndef test_less(): assert n.half(-2) == -1\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with one page, one section of code and a test for each of its branches."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "tests" / "snippets").mkdir()
    shutil.copy(ROOT / "tests/snippets/conftest.py", tmp_path / "tests/snippets/conftest.py")
    return tmp_path


def run_tests(project: Path, *arguments: str) -> tuple[int, str]:
    """Return the exit code of a run of the project's tests, and what it prints."""
    # This run is nobody's worker, whatever runs us.
    outside = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=project,
        env=outside,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_lines_that_different_tests_execute_are_put_together(
    project: Path, workers: tuple[str, ...]
) -> None:
    code, output = run_tests(project, *workers)

    assert code == 0, output


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_line_that_no_test_executes_fails_the_run(
    project: Path, workers: tuple[str, ...]
) -> None:
    (project / "tests" / "test_less.py").unlink()

    code, output = run_tests(project, *workers)

    assert code == 1
    assert re.search(
        r"FAILED docs/index\.md:2: no test executes lines 4 of 'example_app/numbers_app\.py:half'",
        output,
    )


@pytest.mark.parametrize("some", [["tests/test_more.py"], ["-k", "more"], ["--collect-only"]])
def test_a_run_of_some_tests_is_not_judged(project: Path, some: list[str]) -> None:
    code, output = run_tests(project, *some)

    assert code == 0, output


MARKED = """\
import subprocess
import pytest

START = __file__.replace("tests/snippets/test_start.py", "snippets/start.sh")

@pytest.mark.runs("start.sh")
def test_start():
    subprocess.run({command}, check=True, stdout=subprocess.DEVNULL)
"""


@pytest.mark.parametrize(
    ("command", "fails"), [('["sh", START]', 0), ('["true"]', 1), ('["sh", "-c", "true"]', 1)]
)
def test_a_mark_without_the_deed_fails_its_test(project: Path, command: str, fails: int) -> None:
    test = project / "tests" / "snippets" / "test_start.py"
    test.write_text(MARKED.format(command=command), encoding="utf-8")

    code, output = run_tests(project, "tests/snippets")

    assert code == fails, output
    assert ("marked to run start.sh, but nothing started" in output) == bool(fails)
