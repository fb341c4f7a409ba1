"""A Markdown extension: a link to evidence whose text is a number shows this build's number.

`[4.2×](../evidence/index.md#asgi-alone.cpu)` names a claim and one of its quantities; the id
alone means the first. The committed text is the reference number, so a page can be read
without a build. A link to a claim that this build contradicts is marked where it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import compile as pattern
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from crossroads.errors import CrossroadsError
from crossroads.evidence.catalogue import EVIDENCE, evidence
from crossroads.evidence.ledger import Ledger
from crossroads.site.data import find_root
from crossroads.site.ledger import ledger

CONTRADICTED = "contradicted on this build"

_NUMBER = pattern(r"^\d")
_TARGET = pattern(r"(?:^|/)index\.md#(?P<id>[a-z0-9-]+)(?:\.(?P<quantity>[a-z0-9-]+))?$")


class UnknownQuantityError(CrossroadsError):
    """A page cites a quantity that its evidence does not have."""


@dataclass(frozen=True)
class Citation:
    """What a link to evidence names."""

    evidence_id: str
    quantity: str
    """Empty when the link names the claim alone and shows no number."""


def citation(href: str, text: str) -> Citation | None:
    """Return what a link cites, or None when it is a link like others.

    >>> citation("../evidence/index.md#wait-1.thread", "100 ms")
    Citation(evidence_id='wait-1', quantity='thread')

    Raises:
        UnknownEvidenceError: It names a quantity of no known claim.
        UnknownQuantityError: It names a quantity that the claim does not have.
    """
    found = _TARGET.search(href)
    if found is None or (
        found["id"] not in EVIDENCE and not _says_evidence(href, found["quantity"])
    ):
        return None
    known = evidence(found["id"], f"the link '{href}'")
    names = [quantity.name for quantity in known.quantities]
    wanted = found["quantity"] or (names[0] if names and _NUMBER.match(text) else "")
    if (wanted or _NUMBER.match(text)) and wanted not in names:
        raise UnknownQuantityError(
            f"the link '{href}' cites a quantity that '{known.id}' does not have",
            f"known: {', '.join(names) or 'none, it is not proven yet'}",
            "correct the link, or add the quantity to src/crossroads/evidence/catalogue/",
        )
    return Citation(known.id, wanted)


def _says_evidence(href: str, quantity: str | None) -> bool:
    return "evidence/index.md#" in href and quantity is not None


class _Numbers(Treeprocessor):  # type: ignore[misc]
    def __init__(self, md: Markdown, root: str) -> None:
        super().__init__(md)
        self.root = root

    def run(self, root: Element) -> None:
        found = [
            (parent, link, cited)
            for parent, link in _links(root)
            if (cited := citation(link.get("href", ""), "".join(link.itertext())))
        ]
        if found:
            # Asked once for all of them: to know that it is fresh, it reads every measurement.
            book = ledger(Path(self.root) if self.root else find_root(Path.cwd()))
            for parent, link, cited in found:
                _show(parent, link, cited, book)


def _show(parent: Element, link: Element, cited: Citation, book: Ledger) -> None:
    if cited.quantity:
        _write_number(link, cited, book)
    if book.contradicted(cited.evidence_id):
        _mark(parent, link)


def _links(root: Element) -> Iterator[tuple[Element, Element]]:
    for parent in root.iter():
        for child in parent:
            if child.tag == "a":
                yield parent, child


def _write_number(link: Element, cited: Citation, book: Ledger) -> None:
    link.set("class", "cr-number")
    found = book.value(cited.evidence_id, cited.quantity)
    if found is None:
        link.set("title", "not measured: neither here nor in the reference")
        return
    text, finding = found
    for child in list(link):
        link.remove(child)
    link.text = text.replace(" ", "\u00a0")
    is_here = finding is book.this_build[cited.evidence_id]
    where = "this build" if is_here else "the reference, because it was not measured here"
    spread = finding.spread.get(cited.quantity)
    interval = f", 95 % interval {spread}" if spread else ""
    link.set("title", f"From {where}{interval}. Claim: {finding.state}")
    if not is_here:
        link.set("class", "cr-number cr-number--reference")


def _mark(parent: Element, link: Element) -> None:
    mark = Element("strong", {"class": "cr-contradicted"})
    mark.text = CONTRADICTED
    mark.tail, link.tail = link.tail, " "
    parent.insert(list(parent).index(link) + 1, mark)


class NumbersExtension(Extension):  # type: ignore[misc]
    """Registers the links to evidence; `root` is the folder of mkdocs.yml."""

    def __init__(self, **options: str) -> None:
        self.config = {"root": ["", "Folder of mkdocs.yml; found from the current one when empty"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is Markdown's
        """Register the tree processor, after inline Markdown and before links are rewritten."""
        md.treeprocessors.register(_Numbers(md, self.getConfig("root")), "numbers", 15)


def makeExtension(**options: str) -> NumbersExtension:  # noqa: N802 - the name is Markdown's
    """Return the extension; Python-Markdown calls this."""
    return NumbersExtension(**options)
