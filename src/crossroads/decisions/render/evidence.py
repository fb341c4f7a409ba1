"""What a text says of one claim; whoever knows the evidence makes these."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EvidenceLine:
    """One claim in a line."""

    id: str
    """Id in the catalogue."""
    claim: str
    state: str
    """What is known of it on this build, such as `holds` or `not measured here`."""
    value: str = ""
    """Its first quantity, such as `4.2×`; empty when there is none."""
