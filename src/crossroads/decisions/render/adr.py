"""An Architecture Decision Record in Markdown: what was decided, on which facts, at which price.

A template holds all that is the same for every walk to an advice. The guide's page fills it in
the browser, the command line here; both replace the same tokens.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from crossroads.decisions.model import Advice, Change, Rejected, Step, Walk
from crossroads.decisions.render.evidence import EvidenceLine
from crossroads.decisions.render.inline import link, permalink, plain
from crossroads.decisions.render.sources import Sources
from crossroads.errors import CrossroadsError

DATE = "{{date}}"
"""The day of the decision, ISO 8601."""
FACTS = "{{facts}}"
"""What was said: a line `- <question> **<answer>**` for each step."""
PATH = "{{path}}"
"""The answers as `--answers` spells them: `slow,load,wsgi`."""
PERMALINK = "{{permalink}}"
"""Address of the guide at the end of this walk."""


class NoDecisionError(CrossroadsError):
    """A walk that has not come to an advice has nothing to record."""


def adr(walk: Walk, sources: Sources, day: date) -> str:
    """Return the record of a walk that has come to an advice.

    Raises:
        NoDecisionError: It has not.
    """
    if not isinstance(walk.at, Advice):
        raise NoDecisionError(
            f"there is no decision to record after '{walk.path}'",
            "a record holds an advice, and these answers do not lead to one",
            "answer on, or take another path (--list shows them all)",
        )
    tokens = {
        DATE: day.isoformat(),
        FACTS: facts(walk.steps),
        PATH: walk.path,
        PERMALINK: permalink(walk.path, sources.base_url),
    }
    record = adr_template(walk.at, sources)
    for token, text in tokens.items():
        record = record.replace(token, text)
    return record


def facts(steps: Iterable[Step]) -> str:
    """Return what was said, as Markdown."""
    return "\n".join(map(_fact, steps))


def _fact(step: Step) -> str:
    note = " (not known: the guide took the answer that does the least harm)"
    say = f"**{plain(step.answer.say)}**{note if step.is_assumed else ''}"
    return f"- {plain(step.question.ask)} {say}"


def adr_template(advice: Advice, sources: Sources) -> str:
    """Return the record of a decision for `advice`, with its tokens to be filled."""
    text = sources.text
    parts = (
        f"# {plain(advice.title)}",
        f"- Status: proposed\n- Date: {DATE}",
        "## Context",
        FACTS,
        "## Decision",
        text(advice.recommend),
        text(advice.why),
        f"First step: {text(advice.first)}",
        "## Evidence",
        _list(_evidence(line, sources) for line in sources.lines(advice.evidence)),
        "## Consequences",
        "What it costs:",
        _list(map(text, advice.costs)),
        "What would change this decision:",
        _list(_change(change, sources) for change in advice.changes),
        "## Alternatives rejected",
        _list(_rejected(rejected, sources) for rejected in advice.rejected),
        "## Where this comes from",
        _list(_origin(advice, sources)),
    )
    return "\n\n".join(parts) + "\n"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _evidence(line: EvidenceLine, sources: Sources) -> str:
    known = f"{line.state}, {line.value}" if line.value else line.state
    return f"{line.claim} **{known}** ({_cite(line.id, sources)})"


def _cite(evidence_id: str, sources: Sources) -> str:
    return link(evidence_id, f"../evidence/index.md#{evidence_id}", sources.base_url)


def _change(change: Change, sources: Sources) -> str:
    when = sources.text(change.when)
    if not change.to:
        return when
    title = sources.title(change.to)
    if change.to in sources.tree.advice:
        title = link(title, f"{change.to}.md", sources.base_url)
    return f"{when}: {title}"


def _rejected(rejected: Rejected, sources: Sources) -> str:
    reason = f"**{sources.text(rejected.option)}**: {sources.text(rejected.because)}"
    if not rejected.evidence:
        return reason
    line = sources.evidence[rejected.evidence]
    return f"{reason} ({_cite(line.id, sources)}: {line.state})"


def _origin(advice: Advice, sources: Sources) -> Iterator[str]:
    title = link(plain(advice.title), f"{advice.id}.md", sources.base_url)
    yield f"The advice with its recipe: {title}"
    yield f"This walk on the site: {PERMALINK}"
    yield f"This walk in the terminal: `crossroads decide --answers {PATH}`"
    if sources.versions:
        yield f"Versions: {sources.versions_text(advice)}"
