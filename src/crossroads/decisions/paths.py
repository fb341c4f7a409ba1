"""Where the answers of a tree lead, without anybody walking: what `check` looks at.

Ids that the tree does not hold lead nowhere, like those of advice.
"""

from graphlib import CycleError, TopologicalSorter

from crossroads.decisions.model import Tree

type Outcomes = frozenset[str]
"""Ids of the advice that can follow."""


def circle(tree: Tree) -> list[str]:
    """Return questions that lead to each other, the first again at the end; or nothing."""
    try:
        TopologicalSorter({name: _nexts(tree, name) for name in tree.questions}).prepare()
    except CycleError as error:
        # A question stands here where the sorter wants what must come before it.
        return list(reversed(error.args[1]))
    return []


def reachable(tree: Tree, name: str) -> set[str]:
    """Return all ids that can be reached from one, with itself; the tree has no circle."""
    return {name}.union(*(reachable(tree, following) for following in _nexts(tree, name)))


def longest(tree: Tree, name: str) -> tuple[str, ...]:
    """Return the questions of the longest walk from one; the tree has no circle."""
    if name not in tree.questions:
        return ()
    onward = (longest(tree, following) for following in _nexts(tree, name))
    return name, *max(onward, key=len, default=())


def outcomes(tree: Tree, name: str) -> Outcomes:
    """Return where walks from an id can end; the tree has no circle."""
    if name not in tree.questions:
        return frozenset({name})
    return frozenset(end for following in _nexts(tree, name) for end in outcomes(tree, following))


def number_of_paths(tree: Tree, name: str) -> int:
    """Return how many walks there are from an id; the tree has no circle."""
    if name not in tree.questions:
        return 1
    return sum(number_of_paths(tree, following) for following in _nexts(tree, name))


def _nexts(tree: Tree, name: str) -> list[str]:
    question = tree.questions.get(name)
    return [answer.next for answer in question.answers] if question else []
