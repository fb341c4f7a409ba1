"""What is known of one block of code on a page."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crossroads.errors import CrossroadsError


class Kind(StrEnum):
    """How a block is accounted for."""

    INCLUDED = "included"
    """Named sections of files that tests run."""
    RUN = "run"
    """Python on the page that the tests run, or a cell that the build runs."""
    TRANSCRIPT = "transcript"
    """A command and its output, replayed by the tests."""
    GENERATED = "generated"
    """Text that one of our functions wrote and would write again."""
    DIAGRAM = "diagram"
    """A generated block that the reader sees as a drawing."""
    UNACCOUNTED = "unaccounted"
    """Nothing runs it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Include:
    """One file, or a part of one, that a page asks for with `--8<--`."""

    spelled: str
    """The file and section as the page spells them."""
    path: Path | None
    """The file, None when the site's base paths do not hold it."""
    section: str | None
    """The section's name, None for a whole file or line numbers."""
    by_lines: bool
    """The page asks for line numbers."""
    has_includes: bool
    """The included text asks for further files itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One block of code as the reader sees it, not yet judged."""

    language: str
    """The language as written, empty when there is none."""
    text: str
    """The code, with one marker line for each include."""
    includes: tuple[Include, ...] = ()
    """The files that stand in the block."""
    literal: bool = True
    """The block holds text of its own beside the includes."""
    maker: str = ""
    """The live line that writes the block, empty for a block of the page itself."""
    flaw: str = ""
    """What keeps this from being a block at all, for example a fence that does not close."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block of code with its verdict."""

    page: Path
    """The page, relative to the project."""
    line: int
    """Where the block starts on the page, counted from 1."""
    shown: Shown
    """What the reader sees."""
    kind: Kind
    """How the block is accounted for."""
    problem: CrossroadsError | None = None
    """Why it is not, and what to do."""

    def __str__(self) -> str:
        """Return the place a person can jump to."""
        return f"{self.page}:{self.line}"
