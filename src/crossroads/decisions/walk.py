"""Walking the tree: what is said leads to the next question, or to advice."""

from collections.abc import Iterator, Sequence

from crossroads.decisions.model import ASSUMED, Advice, Question, Step, Tree, Walk
from crossroads.decisions.render.inline import plain
from crossroads.errors import CrossroadsError


class WalkError(CrossroadsError):
    """The tree has no such walk."""


def begin(tree: Tree) -> Walk:
    """Return the walk on which nothing is said yet."""
    return Walk(steps=(), at=find(tree, tree.root))


def say(tree: Tree, walk: Walk, said: str) -> Walk:
    """Return where one more answer leads.

    Args:
        tree: The guide.
        walk: What was said before.
        said: Id of the answer, with `~` after it where the reader did not know.

    Raises:
        WalkError: It is no answer to the question, or no question is asked.
    """
    question = walk.at
    if isinstance(question, Advice):
        raise WalkError(
            f"'{said}' is one answer too many: nothing is asked after '{walk.path}'",
            f"the walk ends there: the advice is '{plain(question.title)}' ({question.id})",
            f"leave out '{said}' and what follows it",
        )
    step = _step(question, said)
    return Walk(steps=(*walk.steps, step), at=find(tree, step.answer.next))


def walk(tree: Tree, answers: Sequence[str]) -> Walk:
    """Return where `answers` lead, given in the order of the questions.

    Answers of a link that is older than a change of the tree lead to where they lead now.

    Raises:
        WalkError: One of them is no answer to its question, or there are too many.
    """
    walked = begin(tree)
    for said in current(tree, answers):
        walked = say(tree, walked, said)
    return walked


def current(tree: Tree, answers: Sequence[str]) -> list[str]:
    """Return the answers as the tree has them now, when they may be from an older one."""
    path = list(answers)
    for _ in tree.moved:  # one move may lead into another
        for old, new in tree.moved.items():
            before = old.split(",")
            if path[: len(before)] == before:
                path[: len(before)] = new.split(",")
    return path


def back(walk: Walk) -> Walk:
    """Return the walk without its last answer; where nothing is said yet, the same walk."""
    if not walk.steps:
        return walk
    return Walk(steps=walk.steps[:-1], at=walk.steps[-1].question)


def walks(tree: Tree) -> Iterator[Walk]:
    """Yield every walk from the root to advice, in the order of the answers."""
    return _onward(tree, begin(tree))


def shared(one: Walk, other: Walk) -> int:
    """Return how many questions two walks answer alike before they part."""
    pairs = zip(one.steps, other.steps, strict=False)
    return next(
        (place for place, (a, b) in enumerate(pairs) if a.answer.id != b.answer.id),
        min(len(one.steps), len(other.steps)),
    )


def find(tree: Tree, name: str) -> Question | Advice:
    """Return the question or advice with an id.

    Raises:
        WalkError: There is neither.
    """
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


def _step(question: Question, said: str) -> Step:
    is_assumed = said.endswith(ASSUMED)
    name = said.removesuffix(ASSUMED)
    for answer in question.answers:
        if answer.id == name and (not is_assumed or name == question.unsure.take):
            return Step(question=question, answer=answer, is_assumed=is_assumed)
    possible = "; ".join(f"{answer.id} ({plain(answer.say)})" for answer in question.answers)
    raise WalkError(
        f"'{said}' is no answer to '{plain(question.ask)}'",
        f"possible answers: {possible}; where you do not know: {question.unsure.take}{ASSUMED}",
        "give the id of one of these",
    )
