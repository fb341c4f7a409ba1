"""The code that live lines put on a page: written by functions of ours from what tests run.

The account of code blocks counts these too, so that nothing a reader can copy is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from re import compile as pattern

from crossroads.decisions.read import read_tree
from crossroads.site.pictures import PICTURES
from crossroads.site.proofs import proofs_of

LINE = pattern(r"<!-- live: (?P<name>[\w-]+)(?: (?P<about>[\w-]+))? -->")
"""A live line; it stands alone on its line of a page."""


def _tests(root: Path, subject: str) -> list[str]:
    return [source.code for sources in proofs_of(root, subject).values() for source in sources]


def _commands(root: Path, _about: str) -> list[str]:
    tree = read_tree(root / "docs" / "decide")
    ways = (way for question in tree.questions.values() for way in question.find_out)
    return [way.run for way in ways if way.run]


GENERATED: Mapping[str, Callable[[Path, str], list[str]]] = {"proofs": _tests, "guide": _commands}
"""Live line to the code that it shows, of the project and of what the line is about.

That is tests that pytest runs, and commands that a test runs.
"""

DIAGRAMS = frozenset(PICTURES)
"""Live lines that draw a picture from data."""


def live_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each live line of a page, and what it is about.

    >>> list(live_lines("<!-- live: ledger tested -->"))
    [('ledger', 'tested')]
    """
    for line in text.splitlines():
        if found := LINE.fullmatch(line.strip()):
            yield found["name"], found["about"] or ""
