"""Where a rendered block stands in the source of its page."""

from crossroads.site.blocks.model import Shown


def bare(line: str) -> str:
    """Return a line without its place in lists, quotes and tabs.

    >>> bare("    > $ ls")
    '$ ls'
    """
    return line.strip().lstrip("> ").rstrip()


class Locator:
    """Finds blocks in a page, each place at most once."""

    def __init__(self, source: str) -> None:
        self._lines = [bare(line) for line in source.splitlines()]
        self._taken: set[int] = set()

    def line_of(self, shown: Shown) -> int:
        """Return the line of the block's first line of code, counted from 1; 1 when unknown."""
        wanted = (
            [shown.includes[0].spelled]
            if shown.includes
            else [bare(line) for line in shown.text.strip("\n").splitlines()]
        )
        if not any(wanted):
            return 1
        for matches in (self._equal, self._holds_first):
            for start in range(len(self._lines)):
                if start not in self._taken and matches(start, wanted):
                    self._taken.add(start)
                    return start + 1
        return 1

    def _equal(self, start: int, wanted: list[str]) -> bool:
        return self._lines[start : start + len(wanted)] == wanted

    def _holds_first(self, start: int, wanted: list[str]) -> bool:
        return next(line for line in wanted if line) in self._lines[start]
