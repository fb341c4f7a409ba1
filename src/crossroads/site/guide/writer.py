"""What every part of the guide is written with: the tree, the page it stands on, its links."""

from dataclasses import dataclass
from pathlib import Path
from re import sub

from crossroads.decisions.model import Tree
from crossroads.site.addresses import address
from crossroads.site.guide.places import Outline
from crossroads.site.guide.places import Path as Answers
from crossroads.site.inline import inline_html
from crossroads.site.ledger import evidence_html

GUIDE = "decide/index.md"
ROOT_ANCHOR = "guide"


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes the texts of the tree for one page."""

    tree: Tree
    outline: Outline
    root: Path
    """Folder of mkdocs.yml."""
    page: str
    """Source of the page, relative to docs/."""

    def text(self, source: str) -> str:
        """Return inline Markdown as HTML."""
        return inline_html(source, self.root, self.page)

    def unlinked(self, source: str) -> str:
        """Return inline Markdown as HTML without links, for what is a link itself."""
        return sub(r"</?a\b[^>]*>", "", self.text(source))

    def evidence(self, evidence_id: str) -> str:
        """Return a claim in a line, with its state on this build."""
        return evidence_html(evidence_id, self.root, self.page)

    def link(self, source: str) -> str:
        """Return the address of a page, given by its source in docs/."""
        return address(source, self.page)

    def way_to(self, target: str) -> str:
        """Return the address of a question in the guide, or of an advice's own page."""
        if target in self.tree.advice:
            return self.link(f"decide/{target}.md")
        return self.in_guide(target)

    def in_guide(self, target: str) -> str:
        """Return the address in the guide of a question or advice."""
        here = f"#{anchor(self.outline.first[target])}"
        return here if self.page == GUIDE else self.link(GUIDE) + here

    def title(self, target: str) -> str:
        """Return the title of an advice, or the text of a question, as HTML without links."""
        advice = self.tree.advice.get(target)
        return self.unlinked(advice.title if advice else self.tree.questions[target].ask)


def anchor(path: Answers) -> str:
    """Return the anchor of a place, which is also its permalink's."""
    return ",".join(path) or ROOT_ANCHOR
