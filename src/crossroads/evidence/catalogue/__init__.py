"""Every claim of the site, as values. The prose and the guide cite these ids, and no other.

A claim is written so that it can be false. What a cell is called is in `bench/profiles.py`.
"""

from collections.abc import Mapping

from crossroads.errors import CrossroadsError
from crossroads.evidence.catalogue import (
    async_views,
    database,
    frameworks,
    free_threading,
    push,
    servers,
    work,
)
from crossroads.evidence.model import Evidence


class UnknownEvidenceError(CrossroadsError):
    """Something cites an id that the catalogue does not hold."""


SUBJECTS: Mapping[str, tuple[Evidence, ...]] = {
    "servers": servers.CLAIMS,
    "async-views": async_views.CLAIMS,
    "database": database.CLAIMS,
    "frameworks": frameworks.CLAIMS,
    "push": push.CLAIMS,
    "work": work.CLAIMS,
    "free-threading": free_threading.CLAIMS,
}
"""Claims by what they are about."""

EVIDENCE: Mapping[str, Evidence] = {
    claim.id: claim for claims in SUBJECTS.values() for claim in claims
}
"""All claims by id."""


def evidence(evidence_id: str, cited_by: str) -> Evidence:
    """Return the claim with this id.

    Raises:
        UnknownEvidenceError: There is none.
    """
    if evidence_id not in EVIDENCE:
        raise UnknownEvidenceError(
            f"{cited_by} cites the evidence '{evidence_id}', which the catalogue does not hold",
            f"known: {', '.join(sorted(EVIDENCE))}",
            "correct the id, or add it to src/crossroads/evidence/catalogue/",
        )
    return EVIDENCE[evidence_id]
