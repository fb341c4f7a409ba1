"""What every text of the guide is written from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crossroads.decisions.model import Advice, Tree
from crossroads.decisions.render.evidence import EvidenceLine
from crossroads.decisions.render.inline import linked, plain


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The tree, and what is known around it."""

    tree: Tree
    evidence: Mapping[str, EvidenceLine]
    """Id in the catalogue to its line; each id that the tree cites is there."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Package to its version."""
    further: Mapping[str, str] = field(default_factory=dict)
    """The same of packages that only some advice is about."""
    base_url: str = ""
    """Address of the site, for links; empty where it is not known."""

    def lines(self, evidence_ids: Iterable[str]) -> list[EvidenceLine]:
        """Return the evidence with these ids, in their order."""
        return [self.evidence[name] for name in evidence_ids]

    def text(self, source: str) -> str:
        """Return inline Markdown that can be read away from the site."""
        return linked(source, self.base_url)

    def title(self, name: str) -> str:
        """Return the title of an advice, or what a question asks, as plain text."""
        advice = self.tree.advice.get(name)
        return plain(advice.title if advice else self.tree.questions[name].ask)

    def versions_text(self, advice: Advice) -> str:
        """Return the versions that an advice was verified with, in a line."""
        own = {name: self.further[name] for name in advice.packages if name in self.further}
        return ", ".join(f"{name} {version}" for name, version in {**self.versions, **own}.items())
