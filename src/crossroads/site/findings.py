"""What the guide's texts are written from: the tree, a line for each claim, the versions."""

from collections.abc import Mapping
from pathlib import Path

from crossroads.decisions.model import Tree
from crossroads.decisions.render.evidence import EvidenceLine
from crossroads.decisions.render.sources import Sources
from crossroads.evidence.model import Finding, State
from crossroads.measurements.identity import installed_versions
from crossroads.site.ledger import ledger
from crossroads.site.names import verified


def guide_sources(tree: Tree, root: Path, base_url: str = "") -> Sources:
    """Return the guide with what is known around it.

    Args:
        tree: The guide.
        root: Folder of mkdocs.yml.
        base_url: Address of the site, where texts should link to it.
    """
    versions = installed_versions()
    return Sources(
        tree=tree,
        evidence=lines(root),
        versions=verified(versions),
        further=versions,
        base_url=base_url,
    )


def lines(root: Path) -> Mapping[str, EvidenceLine]:
    """Return a line for every claim: its state on this build and its first number.

    Where a claim was not measured here, the line says what the reference found.
    """
    book = ledger(root)
    return {name: _line(here, book.reference[name]) for name, here in book.this_build.items()}


def _line(here: Finding, reference: Finding) -> EvidenceLine:
    state, told = here.state.value, here
    if here.state is State.NOT_MEASURED and reference.state is not State.NOT_MEASURED:
        state = f"{here.state} ({reference.state} in the reference)"
        told = reference
    quantities = here.evidence.quantities
    # A bare number says nothing without the sentence that it belongs to.
    has_unit = bool(quantities and quantities[0].unit)
    value = told.values.get(quantities[0].name, "") if has_unit else ""
    return EvidenceLine(id=here.evidence.id, claim=here.evidence.claim, state=state, value=value)
