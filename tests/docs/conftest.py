"""The real site's account, read once for all tests about it."""

from pathlib import Path

import pytest
from pytest_examples import find_examples

from crossroads.site.blocks import Account, read_account
from crossroads.site.blocks.judge import code

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def account() -> Account:
    """Return the account of the real site by the form of its blocks, and what is collected."""
    collected = {code(example.source) for example in find_examples(ROOT / "docs")}
    return read_account(ROOT, collected=collected)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test for each page of the real site."""
    if "page" in metafunc.fixturenames:
        pages = sorted(page.relative_to(ROOT) for page in (ROOT / "docs").rglob("*.md"))
        metafunc.parametrize("page", pages, ids=str)
