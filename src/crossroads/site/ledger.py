"""The ledger as the site shows it: every claim, its state, its numbers and its proof."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from crossroads.evidence.from_run import condition
from crossroads.evidence.ledger import Ledger, read_ledger, versions_of
from crossroads.evidence.model import Evidence, Finding, Quantity, Reading, State
from crossroads.site.addresses import address
from crossroads.site.memory import digest_of, remembered
from crossroads.site.names import version_list
from crossroads.site.proofs import proof_page

CHARTS: Mapping[str, str] = {
    "json": "cpu-per-request/",
    "json-middleware": "cpu-per-request/",
    "orm-list": "orm-list/",
    "orm-list-connect": "orm-list/",
    "orm-list-keep": "orm-list/",
    "report": "orm-list/",
    "query-wait": "orm-list/",
    "query-wait-backend": "orm-list/",
    "orm-list-cached": "orm-list/",
    "json-one-middleware": "hops/",
    "quote": "calls/",
    "call": "calls/",
    "call-new-client": "calls/",
    "wait": "waiting/",
    "cpu": "cpu-views/",
    "parcel": "../fastapi/",
    "parcel-raw": "../fastapi/",
    "cpu-cores": "cpu-views/",
    "stall": "coordinated-omission/",
}
"""Workload to the page that charts it, relative to the ledger."""


def ledger(root: Path) -> Ledger:
    """Return the ledger of the project in `root`, read once for each state of its files."""
    return remembered(f"ledger {digest_of(root)}", lambda: read_ledger(root))


def ledger_html(root: Path, kind: str) -> str:
    """Return every claim of one kind: `tested`, `measured` or `open`."""
    book = ledger(root)
    claims = "".join(
        _claim(finding, book.reference[evidence_id])
        for evidence_id, finding in book.this_build.items()
        if finding.evidence.kind == kind
    )
    return f'<div class="cr-ledger">{claims}</div>'


def summary_html(root: Path) -> str:
    """Return how many claims there are in each state, on this build and in the reference."""
    book = ledger(root)
    rows = "".join(
        f'<tr><th scope="row">{state_html(state)}</th>'
        f"<td>{_count(book.this_build, state)}</td><td>{_count(book.reference, state)}</td></tr>"
        for state in State
    )
    return (
        '<table class="cr-facts cr-states"><thead><tr><th scope="col">State</th>'
        f'<th scope="col">This build</th><th scope="col">Reference</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def state_html(state: State) -> str:
    """Return the state as a chip: a sign and a word, never a color alone."""
    return f'<span class="cr-state cr-state--{state.name.lower()}">{state}</span>'


def evidence_html(evidence_id: str, root: Path, page: str) -> str:
    """Return a claim in a line: its sentence, its state here, its first number and a link.

    Args:
        evidence_id: Id in the catalogue.
        root: The project's folder.
        page: The page that shows it, relative to docs/, such as `decide/threads.md`.
    """
    book = ledger(root)
    finding = book.this_build[evidence_id]
    link = address(f"evidence/index.md#{evidence_id}", page)
    told = book.reference[evidence_id] if _is_only_reference(book, evidence_id) else finding
    return (
        f'<span class="cr-evidence"><a href="{link}">'
        f"{escape(finding.evidence.claim)}</a> {state_html(finding.state)}"
        f'<span class="cr-evidence__value">{_told(told, finding)}</span></span>'
    )


def _is_only_reference(book: Ledger, evidence_id: str) -> bool:
    here = book.this_build[evidence_id].state is State.NOT_MEASURED
    return here and book.reference[evidence_id].state is not State.NOT_MEASURED


def _told(told: Finding, here: Finding) -> str:
    if told is not here:
        return escape(f"{_headline(told)} in the reference of {_date(told)}: {told.state}")
    return escape(here.why or _headline(here))


def _headline(finding: Finding) -> str:
    quantities = finding.evidence.quantities
    if not quantities or quantities[0].name not in finding.values:
        return ""
    return f"{quantities[0].says}: {finding.values[quantities[0].name]}"


def _date(finding: Finding) -> str:
    return finding.origin.date if finding.origin else ""


def _count(findings: Mapping[str, Finding], state: State) -> int:
    return sum(finding.state is state for finding in findings.values())


def _claim(here: Finding, reference: Finding) -> str:
    evidence = here.evidence
    return (
        f'<section class="cr-claim" aria-labelledby="{evidence.id}">'
        f'<h3 id="{evidence.id}" class="cr-claim__text">{escape(evidence.claim)}</h3>'
        f'<p class="cr-claim__state">{state_html(here.state)} '
        f'<a class="cr-claim__id" href="#{evidence.id}"><code>{evidence.id}</code></a>'
        f"{_why(here)}</p>{_numbers(here, reference)}{_origins(here, reference)}"
        f'<p class="cr-claim__proof">{_proof(evidence, here, reference)}</p></section>'
    )


def _why(finding: Finding) -> str:
    return f' <span class="cr-claim__why">{escape(finding.why)}</span>' if finding.why else ""


def _numbers(here: Finding, reference: Finding) -> str:
    rows = "".join(_number(quantity, here, reference) for quantity in here.evidence.quantities)
    if not rows:
        return ""
    return (
        '<table class="cr-facts cr-claim__numbers"><thead><tr><th scope="col">What</th>'
        '<th scope="col">This build</th><th scope="col">Reference</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _number(quantity: Quantity | Reading, here: Finding, reference: Finding) -> str:
    asked = condition(quantity) if isinstance(quantity, Reading) else ""
    expected = f' <span class="cr-claim__asked">expected: {asked}</span>' if asked else ""
    cells = "".join(f"<td>{_text(finding, quantity.name)}</td>" for finding in (here, reference))
    anchor = f"{here.evidence.id}.{quantity.name}"
    return f'<tr id="{anchor}"><th scope="row">{escape(quantity.says)}{expected}</th>{cells}</tr>'


def _text(finding: Finding, name: str) -> str:
    if name not in finding.values:
        return '<span class="cr-claim__none">–</span>'
    spread = finding.spread.get(name)
    interval = f'<span class="cr-claim__spread">95 %: {spread}</span>' if spread else ""
    return f"{escape(finding.values[name])}{interval}"


def _origins(here: Finding, reference: Finding) -> str:
    lanes = (("This build", here), ("Reference", reference))
    found = [
        f"{name}: {escape(_origin(finding))}{_reference_state(name, finding)}"
        for name, finding in lanes
        if finding.origin
    ]
    return f'<p class="cr-claim__origin">{"<br>".join(found)}</p>' if found else ""


def _origin(finding: Finding) -> str:
    origin = finding.origin
    if origin is None:
        return ""
    versions = version_list(versions_of(finding))
    machine = f"{origin.machine.cpu}, {origin.machine.cores} cores"
    python = f"Python {origin.python.version}"
    return " · ".join(part for part in (origin.date, machine, python, versions) if part)


def _reference_state(name: str, finding: Finding) -> str:
    return f" {state_html(finding.state)}" if name == "Reference" else ""


def _proof(evidence: Evidence, here: Finding, reference: Finding) -> str:
    match evidence.kind:
        case "tested":
            tests = here.proof or reference.proof
            count = f" ({len(tests)} tests)" if len(tests) > 1 else ""
            return f'Proof: <a href="{proof_page(evidence.id)}">the test{count}</a>'
        case "measured":
            return f"Proof: {', '.join(_cells(here))}"
        case "open":
            return "Proof: none yet"


def _cells(finding: Finding) -> Iterator[str]:
    for cell in finding.proof:
        page = CHARTS[cell.split(":")[0]]
        yield f'<a href="{page}"><code>{escape(cell)}</code></a>'
