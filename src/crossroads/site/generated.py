"""The code that live lines put on a page: written by functions of ours from what tests run.

The account of code blocks counts these too, so that nothing a reader can copy is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from re import compile as pattern

from crossroads.decisions.read import read_tree
from crossroads.site.pictures import PICTURES
from crossroads.site.proofs import proof_sources

LINE = pattern(r"<!-- live: (?P<name>[\w-]+)(?: (?P<about>[\w-]+))? -->")
"""A live line; it stands alone on its line of a page."""


def _tests(root: Path) -> list[str]:
    return [source.code for source in proof_sources(root) for _ in source.ids]


def _commands(root: Path) -> list[str]:
    tree = read_tree(root / "docs" / "decide")
    ways = (way for question in tree.questions.values() for way in question.find_out)
    return [way.run for way in ways if way.run]


GENERATED: Mapping[str, Callable[[Path], list[str]]] = {"proofs": _tests, "guide": _commands}
"""Live line to the code that it shows: tests that pytest runs, commands that a test runs."""

DIAGRAMS = frozenset(PICTURES)
"""Live lines that draw a picture from data."""


def live_lines(text: str) -> Iterator[str]:
    """Yield the name of each live line of a page.

    >>> list(live_lines("<!-- live: ledger tested -->"))
    ['ledger']
    """
    for line in text.splitlines():
        if found := LINE.fullmatch(line.strip()):
            yield found["name"]
