"""A claim as a value: what is said, what proves it, which quantities it gives to the prose.

An id never changes: it is in links, in the guide's advice and in what others have bookmarked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from crossroads.measurements.model import Machine, Python


class State(StrEnum):
    """What is known of a claim in one place: on this build, or in the reference."""

    HOLDS = "holds"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"
    NOT_MEASURED = "not measured here"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number that a test counts; the prose cites it as `#<evidence id>.<name>`."""

    name: str
    """Kebab-case, such as `threads`."""
    says: str
    """What is counted, such as `OS threads of the server process`."""
    unit: str = ""
    """Written after the number, such as `threads`; `×` and `%` stand close to it."""


@dataclass(frozen=True, kw_only=True)
class Tested:
    """Proof by tests: those marked `@pytest.mark.evidence(<id>)` pass, and record quantities."""

    __test__ = False  # pytest takes the name for a test's

    quantities: tuple[Quantity, ...] = ()


type Figure = Literal["cpu_ms", "rate", "latency_ms"]
"""CPU per request in ms, requests per second, or mean latency in ms (clients / rate)."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A number read from a run: a figure of one cell, or its ratio to that of another.

    With a bound it is a condition of the claim; without, a number for the prose.
    """

    name: str
    """Kebab-case; the prose cites it as `#<evidence id>.<name>`."""
    says: str
    """What it is, such as `CPU per request on uvicorn, divided by that on gthread`."""
    figure: Figure
    cell: str
    """Id of a cell, such as `json:uvicorn:async:c16`."""
    over: str | None = None
    """Id of the cell that the figure is divided by, in each round."""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def unit(self) -> str:
        """Return the unit: `×` for a ratio."""
        units: Mapping[str, str] = {"cpu_ms": "ms", "rate": "req/s", "latency_ms": "ms"}
        return "×" if self.over else units[self.figure]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Proof by a run: the claim holds when every reading with a bound is on its side."""

    readings: tuple[Reading, ...]


@dataclass(frozen=True, kw_only=True)
class Missing:
    """No proof yet: what is missing is said wherever the claim is shown."""

    what: str
    """Such as `a test with a connection pool under load`."""


type Proof = Tested | Measured | Missing


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One claim with its proof."""

    id: str
    """Kebab-case, never changed."""
    claim: str
    """One sentence that can be false, in the present tense."""
    proof: Proof
    depends: tuple[str, ...] = ("django",)
    """Packages whose version the claim depends on, the most important first."""

    @property
    def kind(self) -> Literal["tested", "measured", "open"]:
        """Return how the claim is proven; `open` when it is not yet."""
        match self.proof:
            case Tested():
                return "tested"
            case Measured():
                return "measured"
            case Missing():
                return "open"

    @property
    def quantities(self) -> tuple[Quantity | Reading, ...]:
        """Return what the prose may cite; a link to the id alone means the first."""
        match self.proof:
            case Tested(quantities=found) | Measured(readings=found):
                return found
            case Missing():
                return ()


def unproven(evidence_id: str, claim: str, missing: str) -> Evidence:
    """Return a claim that nothing proves yet; `missing` says what would."""
    return Evidence(id=evidence_id, claim=claim, proof=Missing(what=missing))


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where and with what something was found out."""

    machine: Machine
    python: Python
    versions: Mapping[str, str]
    date: str
    """ISO 8601 day."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one place says of one claim."""

    evidence: Evidence
    state: State
    why: str = ""
    """Why it is not measured, undecided, contradicted or failed; empty when it holds."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Name of a quantity to its text, such as `4.2×`."""
    spread: Mapping[str, str] = field(default_factory=dict)
    """Name of a reading to its 95 % interval, such as `3.6 to 5.0`."""
    proof: tuple[str, ...] = ()
    """Ids of the tests, or of the cells."""
    origin: Origin | None = None
    """None when there is nothing that it was found with."""
