"""The account itself: every block of the site with its verdict, and the counts."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

from crossroads.errors import CrossroadsError
from crossroads.site.blocks.judge import Facts, judge
from crossroads.site.blocks.locate import Locator
from crossroads.site.blocks.model import Block, Kind
from crossroads.site.blocks.pages import read_config, shown_blocks


@dataclass(frozen=True, slots=True)
class Account:
    """All blocks of the site."""

    blocks: tuple[Block, ...]
    """In the order of the pages."""

    @property
    def problems(self) -> list[CrossroadsError]:
        """What nothing runs, and what to do about it."""
        return [block.problem for block in self.blocks if block.problem]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many blocks there are of each kind, including the kinds of which there are none.

        >>> Account(blocks=()).counts["unaccounted"]
        0
        """
        counted = Counter(block.kind for block in self.blocks)
        return {kind.value: counted[kind] for kind in Kind}

    def of(self, kind: Kind) -> list[Block]:
        """Return the blocks of one kind."""
        return [block for block in self.blocks if block.kind is kind]


def read_account(
    root: Path,
    *,
    config: MkDocsConfig | None = None,
    collected: Collection[str] | None = None,
    run_files: Collection[str] | None = None,
) -> Account:
    """Return the account of the site whose mkdocs.yml is in `root`.

    Args:
        root: The project's folder.
        config: The site's configuration when MkDocs has read it already.
        collected: The inline Python that the runner collects; None takes the block's word for it.
        run_files: The files of snippets/ that tests run; None does not ask.
    """
    facts = Facts(root=root.resolve(), collected=collected, run_files=run_files)
    blocks: list[Block] = []
    for page, source, found in shown_blocks(facts.root, config or read_config(facts.root)):
        locator = Locator(source)
        # Problems name the file as a person would open it.
        where = page.relative_to(facts.root) if page.is_relative_to(facts.root) else page
        for shown in found:
            line = locator.line_of(shown)
            kind, problem = judge(shown, f"{where}:{line}", facts)
            blocks.append(Block(page=where, line=line, shown=shown, kind=kind, problem=problem))
    return Account(blocks=tuple(blocks))


def fence_counts(root: Path, config: MkDocsConfig | None = None) -> Mapping[str, int]:
    """Return how many code blocks the site has of each kind, for printing on the site."""
    return read_account(root, config=config).counts
