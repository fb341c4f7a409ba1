"""The ledger: what this build and the reference say of every claim."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossroads.evidence.catalogue import EVIDENCE
from crossroads.evidence.from_run import find_in_run
from crossroads.evidence.from_tests import find_in_tests
from crossroads.evidence.model import Evidence, Finding, Measured, Missing, State, Tested
from crossroads.evidence.proofs import Proofs, local_proofs, reference_proofs
from crossroads.measurements.model import Run
from crossroads.measurements.store import local_run, reference_run


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Findings by evidence id, of this build and of the reference; never combined."""

    this_build: Mapping[str, Finding]
    reference: Mapping[str, Finding]

    def value(self, evidence_id: str, quantity: str) -> tuple[str, Finding] | None:
        """Return the text of a quantity and where it is from: this build, or the reference."""
        for findings in (self.this_build, self.reference):
            finding = findings[evidence_id]
            if quantity in finding.values:
                return finding.values[quantity], finding
        return None

    def contradicted(self, evidence_id: str) -> bool:
        """Return whether this build contradicts a claim."""
        return self.this_build[evidence_id].state is State.CONTRADICTED


def read_ledger(root: Path) -> Ledger:
    """Return the ledger of the project in `root`.

    Raises:
        MeasurementFileError: A run's file is damaged.
        ProofsFileError: A file of proofs is damaged.
    """
    return Ledger(
        this_build=find_all(local_run(root), local_proofs(root)),
        reference=find_all(reference_run(root), reference_proofs(root)),
    )


def find_all(run: Run | None, proofs: Proofs | None) -> Mapping[str, Finding]:
    """Return what a run and proofs of one place say of every claim."""
    return {evidence.id: _find(evidence, run, proofs) for evidence in EVIDENCE.values()}


def _find(evidence: Evidence, run: Run | None, proofs: Proofs | None) -> Finding:
    match evidence.proof:
        case Measured() as proof:
            return find_in_run(evidence, proof, run)
        case Tested() as proof:
            return find_in_tests(evidence, proof, proofs)
        case Missing(what=what):
            return Finding(evidence=evidence, state=State.NOT_MEASURED, why=f"missing: {what}")


def as_json(ledger: Ledger) -> Mapping[str, Any]:
    """Return what others may build on: every claim with its state and proof on this build."""
    return {"evidence": [_entry(finding) for finding in ledger.this_build.values()]}


def _entry(finding: Finding) -> Mapping[str, Any]:
    evidence, origin = finding.evidence, finding.origin
    return {
        "id": evidence.id,
        "kind": evidence.kind,
        "claim": evidence.claim,
        "state": finding.state.value,
        "why": finding.why,
        "value": dict(finding.values),
        "interval": dict(finding.spread),
        "versions": versions_of(finding),
        "machine": origin.machine.cpu if origin else None,
        "python": f"{origin.python.version} ({origin.python.build})" if origin else None,
        "date": origin.date if origin else None,
        "proof": list(finding.proof),
    }


def versions_of(finding: Finding) -> Mapping[str, str]:
    """Return the versions that a finding depends on, of those that were installed."""
    if finding.origin is None:
        return {}
    known = finding.origin.versions
    return {name: known[name] for name in finding.evidence.depends if name in known}


def ledger_text(ledger: Ledger) -> str:
    """Return the ledger for a terminal: a paragraph for each claim."""
    return "\n\n".join(
        _paragraph(here, ledger.reference[evidence_id])
        for evidence_id, here in ledger.this_build.items()
    )


def _paragraph(here: Finding, reference: Finding) -> str:
    lines = [f"{here.evidence.id} ({here.evidence.kind})", f"  {here.evidence.claim}"]
    for name, finding in (("this build", here), ("reference", reference)):
        date = f", {finding.origin.date}" if finding.origin else ""
        why = f" ({finding.why})" if finding.why else ""
        lines.append(f"  {name}{date}: {finding.state}{why}")
        lines += [f"    {quantity}" for quantity in _quantities(finding)]
    return "\n".join(lines)


def _quantities(finding: Finding) -> Iterator[str]:
    for quantity in finding.evidence.quantities:
        if value := finding.values.get(quantity.name):
            spread = finding.spread.get(quantity.name)
            yield f"{value}{f' [{spread}]' if spread else ''}  {quantity.says}"
