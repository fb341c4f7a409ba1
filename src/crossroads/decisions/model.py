"""The tree as values: a question has answers, an answer leads to a question or to advice.

The reader answers, the guide advises. Ids are kebab-case and never change: they are in
permalinks and in answer files. Texts are inline Markdown, and a link in them is relative to
docs/decide/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

OPEN_END = "the guide does not go on here yet"
"""Said where an answer leads nowhere yet."""

MOST_QUESTIONS = 6
"""A walk never asks more."""

type Kind = Literal["do", "stay", "avoid"]
"""Whether the advice is to change something, to leave it, or not to do what was planned."""


@dataclass(frozen=True, kw_only=True)
class FindOut:
    """One way to find the answer to a question."""

    how: str
    """What it tells, in a few words."""
    run: str
    """A command or query that works on the reader's own project today; empty for none."""
    read: str
    """How to read what it prints."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a reader may say to a question."""

    id: str
    """Unique within its question."""
    say: str
    """In the reader's words."""
    next: str
    """Id of the question or advice that follows; empty where the guide does not go on yet."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the guide."""

    id: str
    ask: str
    why: str
    """Why it is asked: what depends on it."""
    find_out: tuple[FindOut, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What would change an advice."""

    when: str
    """Such as `the hit rate stays below one half`."""
    to: str
    """Id of the question or advice to go to then; empty where the guide does not go yet."""


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """An alternative that the advice turns down."""

    option: str
    because: str
    evidence: str = ""
    """Id of the evidence for the reason; empty when the reason needs none."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Where a walk ends: one recommendation with its reasons, price and limits.

    Its front matter is the source; its page's body is the recipe.
    """

    id: str
    """Name of its page in docs/decide/."""
    title: str
    """Such as `Threads, a bounded number`."""
    kind: Kind
    recommend: str
    """The recommendation in one sentence."""
    why: str
    first: str
    """The first step: what to do today."""
    evidence: tuple[str, ...]
    """Ids in the catalogue."""
    changes: tuple[Change, ...]
    """What would change this advice."""
    costs: tuple[str, ...]
    """What it costs; `nothing` is a cost worth saying."""
    rejected: tuple[Rejected, ...]
    """At least two."""
    example: str
    """Who else meets this: a worked case in three sentences."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The whole guide."""

    root: str
    """Id of the first question."""
    questions: Mapping[str, Question]
    advice: Mapping[str, Advice]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One question of a walk, and what was said."""

    question: Question
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Where a reader is: what was said so far, and what comes next."""

    steps: tuple[Step, ...]
    at: Question | Advice | None
    """The question to ask, or the advice; None where the guide does not go on yet."""

    @property
    def path(self) -> str:
        """Return the answers as permalinks and `--answers` spell them: `slow,load,wsgi`."""
        return ",".join(step.answer.id for step in self.steps)
