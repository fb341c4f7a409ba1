"""Every block of code that the site shows is accounted for."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_examples import find_examples

from crossroads.site.blocks import Account, Kind, fence_counts, read_account
from crossroads.site.blocks.judge import code


@pytest.fixture(scope="session")
def run_files(root: Path) -> list[str]:
    """Return the files of snippets/ that tests promise to run, asked of the whole suite."""
    program = Path(__file__).with_name("marked.py")
    done = subprocess.run(
        [sys.executable, program], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_every_block_of_code_is_accounted_for(root: Path, run_files: list[str]) -> None:
    collected = {code(example.source) for example in find_examples(root / "docs")}

    found = read_account(root, collected=collected, run_files=run_files)

    assert not found.problems, "\n\n".join(map(str, found.problems))


def test_every_mark_names_a_file(root: Path, run_files: list[str]) -> None:
    assert [path for path in run_files if not (root / "snippets" / path).is_file()] == []


def test_the_counts_that_the_site_prints_are_those_of_the_account(
    root: Path, account: Account, record_property: Callable[[str, object], None]
) -> None:
    counts = fence_counts(root)

    listed = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    record_property("summary", f"code blocks on the site: {sum(counts.values())} ({listed})")
    assert counts == account.counts
    assert sum(counts.values()) == len(account.blocks)
    assert list(counts) == list(Kind)
