from dataclasses import replace
from pathlib import Path

import pytest

from crossroads.evidence.catalogue import EVIDENCE
from crossroads.evidence.ledger import Ledger, find_all
from crossroads.evidence.model import Finding, State
from crossroads.site import findings
from crossroads.site.findings import lines

NOTHING = find_all(None, None)


def ledger(here: Finding | None = None, reference: Finding | None = None) -> Ledger:
    return Ledger(
        this_build={**NOTHING, **({here.evidence.id: here} if here else {})},
        reference={**NOTHING, **({reference.evidence.id: reference} if reference else {})},
    )


def found(state: State, **values: str) -> Finding:
    return replace(NOTHING["asgi-alone"], state=state, values=values)


@pytest.mark.parametrize(
    ("book", "state", "value"),
    [
        (ledger(found(State.HOLDS, cpu="3.7×"), found(State.HOLDS, cpu="4.2×")), "holds", "3.7×"),
        (
            ledger(reference=found(State.HOLDS, cpu="4.2×")),
            "not measured here (holds in the reference)",
            "4.2×",
        ),
        (ledger(), "not measured here", ""),
        (ledger(found(State.CONTRADICTED, cpu="0.9×")), "contradicted", "0.9×"),
    ],
)
def test_a_line_says_what_is_known_here_and_else_what_the_reference_found(
    monkeypatch: pytest.MonkeyPatch, book: Ledger, state: str, value: str
) -> None:
    monkeypatch.setattr(findings, "ledger", lambda _root: book)

    line = lines(Path())["asgi-alone"]

    assert (line.state, line.value) == (state, value)
    assert line.claim == EVIDENCE["asgi-alone"].claim


def test_every_claim_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "ledger", lambda _root: ledger())

    assert lines(Path()).keys() == EVIDENCE.keys()
