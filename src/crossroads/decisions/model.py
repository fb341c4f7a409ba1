"""The tree as values: a question has answers, an answer leads to a question or to advice.

The reader answers, the guide advises. Ids are kebab-case and never change: they are in
permalinks and in answer files. Texts are inline Markdown, and a link in them is relative to
docs/decide/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MOST_QUESTIONS = 6
"""A walk never asks more."""

ASSUMED = "~"
"""Written after an answer that was not known, in a path: `slow,load~`."""

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
    """Id of the question or advice that follows."""


@dataclass(frozen=True, kw_only=True)
class Unsure:
    """What the guide takes for the answer of a reader who cannot find out."""

    take: str
    """Id of the answer that does the least harm where it is wrong."""
    because: str
    """Why it is that one."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the guide."""

    id: str
    topic: str
    """What it is about in a few words, for the picture of the whole guide."""
    ask: str
    why: str
    """Why it is asked: what depends on it."""
    find_out: tuple[FindOut, ...]
    answers: tuple[Answer, ...]
    unsure: Unsure

    @property
    def assumed(self) -> Answer:
        """Return the answer that the guide takes for who cannot find out."""
        return next(answer for answer in self.answers if answer.id == self.unsure.take)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What would change an advice."""

    when: str
    """Such as `the hit rate stays below one half`."""
    to: str
    """Id of the question or advice to go to then; empty where the guide has no place for it."""


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
    symptoms: tuple[str, ...]
    """What a reader may have met, as it is written there, such as `502 Bad Gateway`."""
    changes: tuple[Change, ...]
    """What would change this advice."""
    costs: tuple[str, ...]
    """What it costs; `nothing` is a cost worth saying."""
    rejected: tuple[Rejected, ...]
    """At least two."""
    example: str
    """Who else meets this: a worked case in three sentences."""
    packages: tuple[str, ...] = ()
    """Packages that it is about, whose versions a record names beside the usual ones."""


@dataclass(frozen=True, kw_only=True)
class NonChoice:
    """What people do, and the guide never advises."""

    id: str
    option: str
    because: str
    evidence: tuple[str, ...]
    """Ids in the catalogue."""
    see: str
    """Id of the advice to follow in its place."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """A way to run a project that a reader may have in mind."""

    name: str
    places: tuple[str, ...]
    """Ids of the advice and non-choices that speak of it."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The whole guide."""

    root: str
    """Id of the first question."""
    questions: Mapping[str, Question]
    advice: Mapping[str, Advice]
    non_choices: Mapping[str, NonChoice]
    options: tuple[Option, ...]
    moved: Mapping[str, str]
    """Answers that were published once, to the answers that lead on from there now. Both are the
    beginning of a path, such as `slow,load,asgi`."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One question of a walk, and what was said."""

    question: Question
    answer: Answer
    is_assumed: bool = False
    """Whether the reader did not know, and the guide took the answer that does least harm."""

    @property
    def said(self) -> str:
        """Return what was said, as a path spells it."""
        return self.answer.id + (ASSUMED if self.is_assumed else "")


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Where a reader is: what was said so far, and what comes next."""

    steps: tuple[Step, ...]
    at: Question | Advice
    """The question to ask, or the advice."""

    @property
    def path(self) -> str:
        """Return the answers as permalinks and `--answers` spell them: `slow,load,wsgi`."""
        return ",".join(step.said for step in self.steps)
