"""Where each question stands in the outline: once, at the first place a reader comes to it.

The path to that place is its anchor, so a permalink of the guide is also an address in the
outline. Later places link to the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from crossroads.decisions.model import Question, Tree

type Path = tuple[str, ...]
"""Ids of the answers so far."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A question in the outline."""

    question: Question
    path: Path
    below: Mapping[str, "Place"]
    """Id of an answer to the place that follows, for what has its first place here."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """Every question that a reader can come to, and the path to each end."""

    top: Place
    first: Mapping[str, Path]
    """Id of each question and advice to the first path that leads there."""


def outline(tree: Tree) -> Outline:
    """Return the questions of the tree in the order in which a reader of all would meet them."""
    first: dict[str, Path] = {}
    top = _place(tree, tree.root, (), first)
    return Outline(top=top, first=first)


def _place(tree: Tree, question_id: str, path: Path, first: dict[str, Path]) -> Place:
    first[question_id] = path
    question = tree.questions[question_id]
    below = {}
    for answer in question.answers:
        if answer.next in first:
            continue
        onward = (*path, answer.id)
        if answer.next in tree.questions:
            below[answer.id] = _place(tree, answer.next, onward, first)
        else:
            first[answer.next] = onward
    return Place(question=question, path=path, below=below)
