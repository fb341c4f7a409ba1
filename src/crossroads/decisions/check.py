"""What is wrong with a tree, all of it at once: a whole tree has none of these."""

import re
from collections.abc import Collection, Iterator, Mapping

from crossroads.decisions.model import MOST_QUESTIONS, Advice, Question, Tree
from crossroads.decisions.paths import circle, longest, number_of_paths, outcomes, reachable
from crossroads.decisions.walk import WalkError, walk
from crossroads.errors import CrossroadsError

FEWEST_REJECTED = 2
"""An advice that turns down less has not looked round."""

# At least two characters: one letter is a key of the dialog in the terminal.
_KEBAB = re.compile(r"[a-z][a-z0-9]+(?:-[a-z0-9]+)*")


class TreeError(CrossroadsError):
    """A part of the tree is missing, or does not fit the others."""


def check(tree: Tree, evidence_ids: Collection[str]) -> list[CrossroadsError]:
    """Return what is wrong with the tree; nothing when it is whole.

    Args:
        tree: The tree to look at.
        evidence_ids: Ids in the catalogue of evidence.
    """
    return [
        *_names(tree),
        *_targets(tree),
        *_evidence(tree, evidence_ids),
        *_completeness(tree),
        *_options(tree),
        *(_shape(tree) or _moved(tree)),
    ]


def counts(tree: Tree) -> Mapping[str, int]:
    """Return how much there is of each part of a whole tree, for printing."""
    return {
        "questions": len(tree.questions),
        "advice": len(tree.advice),
        "non-choices": len(tree.non_choices),
        "options": len(tree.options),
        "answers": sum(len(q.answers) for q in tree.questions.values()),
        "paths": number_of_paths(tree, tree.root),
        "questions on the longest path": len(longest(tree, tree.root)),
        "evidence ids cited": len({cited for _, cited in _cited(tree)}),
    }


def _names(tree: Tree) -> Iterator[CrossroadsError]:
    answers = ((f"{q.id}, answer {a.id}", a.id) for q in tree.questions.values() for a in q.answers)
    names = (*tree.questions, *tree.advice, *tree.non_choices)
    for place, name in (*((n, n) for n in names), *answers):
        if not _KEBAB.fullmatch(name):
            yield TreeError(
                f"{place}: '{name}' is not an id",
                "ids are kebab-case with two characters or more, such as 'event-loop'",
                "rename it before it is in anybody's permalink",
            )
    for name in sorted(tree.questions.keys() & tree.advice.keys()):
        yield TreeError(
            f"'{name}' is both a question and an advice",
            "an answer could lead to either",
            "rename one of them",
        )


def _targets(tree: Tree) -> Iterator[CrossroadsError]:
    known = (*tree.questions, *tree.advice)
    if tree.root not in tree.questions:
        yield TreeError(
            f"the root is '{tree.root}', which is no question",
            f"questions: {', '.join(tree.questions)}",
            "name one of these as the root",
        )
    nexts = [
        (f"{q.id}, answer {a.id}: next", a.next) for q in tree.questions.values() for a in q.answers
    ]
    changes = [
        (f"{a.id}, changes: to", c.to) for a in tree.advice.values() for c in a.changes if c.to
    ]
    for place, target in nexts + changes:
        if target not in known:
            yield TreeError(
                f"{place} is '{target}', which is neither a question nor an advice",
                f"known: {', '.join(known)}",
                "correct the id, or write what it names",
            )
    for question in tree.questions.values():
        ids = [answer.id for answer in question.answers]
        if question.unsure.take not in ids:
            yield TreeError(
                f"{question.id}, unsure: take is '{question.unsure.take}', none of its answers",
                f"its answers: {', '.join(ids)}",
                "name the one that does the least harm where it is wrong",
            )


def _evidence(tree: Tree, evidence_ids: Collection[str]) -> Iterator[CrossroadsError]:
    for place, cited in _cited(tree):
        if cited not in evidence_ids:
            yield TreeError(
                f"{place} cites the evidence '{cited}', which the catalogue does not hold",
                f"known: {', '.join(evidence_ids)}",
                "correct the id, or add it to src/crossroads/evidence/catalogue/",
            )


def _completeness(tree: Tree) -> Iterator[CrossroadsError]:
    for question in tree.questions.values():
        yield from _empty(question.id, _parts_of_question(question))
        yield from _answers(question)
    for advice in tree.advice.values():
        yield from _empty(advice.id, _parts_of_advice(advice))
        if len(advice.rejected) < FEWEST_REJECTED:
            yield TreeError(
                f"{advice.id} rejects {len(advice.rejected)} alternatives",
                f"an advice turns down at least {FEWEST_REJECTED}, with reasons",
                "say what else a reader would think of, and why not",
            )


def _empty(place: str, parts: Mapping[str, Collection[str]]) -> Iterator[CrossroadsError]:
    for part, texts in parts.items():
        if not texts or not all(text.strip() for text in texts):
            yield TreeError(
                f"{place}: '{part}' is empty",
                f"needed: {', '.join(parts)}",
                "write it; where there is nothing to say, say so",
            )


def _parts_of_question(question: Question) -> Mapping[str, Collection[str]]:
    return {
        "ask": [question.ask],
        "why": [question.why],
        "topic": [question.topic],
        "find_out how": [way.how for way in question.find_out],
        "find_out read": [way.read for way in question.find_out],
        "answers say": [answer.say for answer in question.answers],
        "unsure because": [question.unsure.because],
    }


def _parts_of_advice(advice: Advice) -> Mapping[str, Collection[str]]:
    return {
        "title": [advice.title],
        "recommend": [advice.recommend],
        "why": [advice.why],
        "first": [advice.first],
        "evidence": advice.evidence,
        "symptoms": advice.symptoms,
        "changes when": [change.when for change in advice.changes],
        "costs": advice.costs,
        "rejected option": [rejected.option for rejected in advice.rejected],
        "rejected because": [rejected.because for rejected in advice.rejected],
        "example": [advice.example],
    }


def _answers(question: Question) -> Iterator[CrossroadsError]:
    if len(question.answers) < 2:  # noqa: PLR2004 - with fewer there is nothing to decide
        yield TreeError(
            f"{question.id} has {len(question.answers)} answers",
            "a question has at least two",
            "add an answer, or leave the question out",
        )
    for part in ("id", "say"):
        given = [getattr(answer, part) for answer in question.answers]
        if doubled := sorted({text for text in given if given.count(text) > 1}):
            yield TreeError(
                f"{question.id} has two answers whose '{part}' is '{doubled[0]}'",
                f"given: {', '.join(given)}",
                "make them differ, or make them one",
            )


def _options(tree: Tree) -> Iterator[CrossroadsError]:
    known = (*tree.advice, *tree.non_choices)
    for option in tree.options:
        for place in option.places:
            if place not in known:
                yield TreeError(
                    f"the option '{option.name}' names '{place}', which speaks of no option",
                    f"known: {', '.join(known)}",
                    "name advice or a non-choice",
                )
    spoken_of = {place for option in tree.options for place in option.places}
    for name in known:
        if name not in spoken_of:
            yield TreeError(
                f"no option leads to '{name}'",
                "who looks for an option by its name finds its advice under it",
                "add it to the options in docs/decide/tree.yml",
            )
    turned_down = [r.option for advice in tree.advice.values() for r in advice.rejected]
    for non_choice in tree.non_choices.values():
        yield from _empty(non_choice.id, {"because": [non_choice.because]})
        if non_choice.see not in tree.advice:
            yield TreeError(
                f"{non_choice.id}, see is '{non_choice.see}', which is no advice",
                f"advice: {', '.join(tree.advice)}",
                "name what to do in its place",
            )
        if not any(f"(options.md#{non_choice.id})" in option for option in turned_down):
            yield TreeError(
                f"no advice turns down '{non_choice.id}'",
                "a non-choice is found where it is rejected",
                f"link options.md#{non_choice.id} from a rejected option, or remove it",
            )


def _moved(tree: Tree) -> Iterator[CrossroadsError]:
    """Yield what is wrong with the redirects; asked of a tree whose questions are in order."""
    for old, new in tree.moved.items():
        try:
            walk(tree, new.split(","))
        except WalkError as error:
            yield TreeError(
                f"'{old}' has moved to '{new}', where no walk leads: {error.problem}",
                error.known,
                "correct the new path in docs/decide/tree.yml",
            )


def _shape(tree: Tree) -> list[CrossroadsError]:
    """Return what is wrong with the paths; of a tree with a cycle nothing else can be said."""
    if found := circle(tree):
        return [
            TreeError(
                f"the questions go in a circle: {' → '.join(found)}",
                "a walk must end",
                "let one of these answers lead elsewhere",
            )
        ]
    return [*_unreached(tree), *_too_long(tree), *_questions_that_do_not_matter(tree)]


def _unreached(tree: Tree) -> Iterator[CrossroadsError]:
    for name in sorted({*tree.questions, *tree.advice} - reachable(tree, tree.root)):
        yield TreeError(
            f"no answer leads to '{name}'",
            f"all is reached from '{tree.root}' by answers",
            "let an answer lead there, or remove it",
        )


def _too_long(tree: Tree) -> Iterator[CrossroadsError]:
    path = longest(tree, tree.root)
    if len(path) > MOST_QUESTIONS:
        yield TreeError(
            f"a walk asks {len(path)} questions: {' → '.join(path)}",
            f"at most {MOST_QUESTIONS} are asked",
            "leave one out, or lead there by a shorter way",
        )


def _questions_that_do_not_matter(tree: Tree) -> Iterator[CrossroadsError]:
    for question in tree.questions.values():
        found = [outcomes(tree, answer.next) for answer in question.answers]
        if len(found) > 1 and len(set(found)) == 1:
            ends = ", ".join(sorted(found[0]))
            yield TreeError(
                f"the answer to {question.id} does not matter",
                f"every answer can lead to the same: {ends}",
                "let at least two answers lead to different advice, or leave the question out",
            )


def _cited(tree: Tree) -> list[tuple[str, str]]:
    """Return each citation: where it stands, and the id."""
    found = []
    for advice in tree.advice.values():
        found += [(advice.id, cited) for cited in advice.evidence]
        found += [
            (f"{advice.id}, rejected {rejected.option}", rejected.evidence)
            for rejected in advice.rejected
            if rejected.evidence
        ]
    for non_choice in tree.non_choices.values():
        found += [(non_choice.id, cited) for cited in non_choice.evidence]
    return found
