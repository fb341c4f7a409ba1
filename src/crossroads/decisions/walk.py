"""Walking the tree: what is said leads to the next question, to advice, or to an open end."""

from collections.abc import Iterator, Sequence

from crossroads.decisions.model import OPEN_END, Advice, Answer, Question, Step, Tree, Walk
from crossroads.decisions.render.inline import plain
from crossroads.errors import CrossroadsError


class WalkError(CrossroadsError):
    """The tree has no such walk."""


def begin(tree: Tree) -> Walk:
    """Return the walk on which nothing is said yet."""
    return Walk(steps=(), at=find(tree, tree.root))


def say(tree: Tree, walk: Walk, answer_id: str) -> Walk:
    """Return where one more answer leads.

    Raises:
        WalkError: It is no answer to the question, or no question is asked.
    """
    question = walk.at
    if not isinstance(question, Question):
        raise WalkError(
            f"'{answer_id}' is one answer too many: nothing is asked after '{walk.path}'",
            f"the walk ends there: {_end(question)}",
            f"leave out '{answer_id}' and what follows it",
        )
    step = Step(question=question, answer=_answer(question, answer_id))
    return Walk(steps=(*walk.steps, step), at=find(tree, step.answer.next))


def walk(tree: Tree, answers: Sequence[str]) -> Walk:
    """Return where `answers` lead, given in the order of the questions.

    Raises:
        WalkError: One of them is no answer to its question, or there are too many.
    """
    walked = begin(tree)
    for answer_id in answers:
        walked = say(tree, walked, answer_id)
    return walked


def back(walk: Walk) -> Walk:
    """Return the walk without its last answer; where nothing is said yet, the same walk."""
    if not walk.steps:
        return walk
    return Walk(steps=walk.steps[:-1], at=walk.steps[-1].question)


def walks(tree: Tree) -> Iterator[Walk]:
    """Yield every walk from the root to advice or to an open end, in the order of the answers."""
    return _onward(tree, begin(tree))


def find(tree: Tree, name: str) -> Question | Advice | None:
    """Return the question or advice with an id; None for the empty id of an open end.

    Raises:
        WalkError: There is neither.
    """
    if not name:
        return None
    found = tree.questions.get(name) or tree.advice.get(name)
    if found is None:
        raise WalkError(
            f"the guide leads to '{name}', which is neither a question nor an advice",
            f"questions: {', '.join(tree.questions)}; advice: {', '.join(tree.advice)}",
            "correct the id in docs/decide/tree.yml, or write the advice's page",
        )
    return found


def _onward(tree: Tree, walked: Walk) -> Iterator[Walk]:
    if isinstance(walked.at, Question):
        for answer in walked.at.answers:
            yield from _onward(tree, say(tree, walked, answer.id))
    else:
        yield walked


def _answer(question: Question, answer_id: str) -> Answer:
    for answer in question.answers:
        if answer.id == answer_id:
            return answer
    possible = "; ".join(f"{answer.id} ({plain(answer.say)})" for answer in question.answers)
    raise WalkError(
        f"'{answer_id}' is no answer to '{plain(question.ask)}'",
        f"possible answers: {possible}",
        "give the id of one of these",
    )


def _end(end: Advice | None) -> str:
    if end is None:
        return OPEN_END
    return f"the advice is '{plain(end.title)}' ({end.id})"
