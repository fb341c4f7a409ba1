from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import pytest

from crossroads.decisions.check import check, counts
from crossroads.decisions.model import (
    MOST_QUESTIONS,
    Advice,
    Answer,
    Change,
    NonChoice,
    Option,
    Question,
    Rejected,
    Tree,
    Unsure,
)
from crossroads.decisions.walk import walks

EVIDENCE = ("asgi-alone", "wait-1")


def problems(tree: Tree) -> list[str]:
    found = check(tree, EVIDENCE)
    assert all(len(str(error).splitlines()) == 3 for error in found)
    return [error.problem for error in found]


def with_question(tree: Tree, question: Question) -> Tree:
    return replace(tree, questions={**tree.questions, question.id: question})


def with_answers(tree: Tree, question_id: str, *answers: Answer) -> Tree:
    question = tree.questions[question_id]
    unsure = replace(question.unsure, take=answers[0].id)
    return with_question(tree, replace(question, answers=answers, unsure=unsure))


def with_advice(tree: Tree, **parts: object) -> Tree:
    changed = replace(tree.advice["threads"], **parts)  # type: ignore[arg-type]
    return replace(tree, advice={**tree.advice, "threads": changed})


def answer(id_: str, next_: str = "threads", say: str = "") -> Answer:
    return Answer(id=id_, say=say or f"It is {id_}", next=next_)


def test_nothing_is_wrong_with_a_whole_tree(tree: Tree) -> None:
    assert problems(tree) == []


def test_a_circle_of_questions_is_named_in_the_order_of_its_answers(tree: Tree) -> None:
    circle = with_answers(tree, "start", answer("order", "streams"), answer("push"))
    circle = with_answers(circle, "waits", answer("wait", "threads"), answer("again", "start"))

    (problem,) = problems(circle)

    path = problem.removeprefix("the questions go in a circle: ").split(" → ")
    assert len(path) == 4
    for name, following in pairwise(path):
        assert following in {answer.next for answer in circle.questions[name].answers}


def test_a_question_that_leads_to_itself_is_a_circle(tree: Tree) -> None:
    circle = with_answers(tree, "waits", answer("wait", "threads"), answer("again", "waits"))

    assert problems(circle) == ["the questions go in a circle: waits → waits"]


def test_a_question_that_no_answer_leads_to_is_named(tree: Tree) -> None:
    lost = with_question(tree, replace(tree.questions["waits"], id="lost"))

    assert problems(lost) == ["no answer leads to 'lost'"]


def test_an_advice_that_no_answer_leads_to_is_named_even_if_another_advice_does(
    tree: Tree,
) -> None:
    lost = with_answers(tree, "waits", answer("wait"), answer("compute", "stay-on-wsgi"))

    assert lost.advice["threads"].changes[0].to == "more-processes"
    assert problems(lost) == ["no answer leads to 'more-processes'"]


def test_a_walk_with_too_many_questions_is_named(tree: Tree) -> None:
    names = [f"deep-{number}" for number in range(MOST_QUESTIONS - 1)]
    for name, next_ in zip(names, [*names[1:], "waits"], strict=True):
        question = replace(tree.questions["waits"], id=name)
        tree = with_question(tree, replace(question, answers=(answer("on", next_), answer("no"))))
    start = tree.questions["start"]
    at_most = with_question(tree, replace(start, answers=(*start.answers, answer("d", names[1]))))
    too_deep = with_question(tree, replace(start, answers=(*start.answers, answer("dd", names[0]))))

    assert counts(at_most)["questions on the longest path"] == MOST_QUESTIONS
    assert not any("a walk asks" in problem for problem in problems(at_most))
    assert (
        f"a walk asks {MOST_QUESTIONS + 1} questions: {' → '.join(['start', *names, 'waits'])}"
        in (problems(too_deep))
    )


def test_a_root_that_is_no_question_is_named(tree: Tree) -> None:
    assert "the root is 'threads', which is no question" in problems(replace(tree, root="threads"))


def test_an_answer_that_leads_to_an_unknown_id_is_named(tree: Tree) -> None:
    start = tree.questions["start"]
    wrong = with_question(tree, replace(start, answers=(*start.answers, answer("new", "nowhere"))))

    assert "start, answer new: next is 'nowhere', which is neither a question nor an advice" in (
        problems(wrong)
    )


def test_a_change_to_an_unknown_id_is_named(tree: Tree) -> None:
    wrong = with_advice(tree, changes=(Change(when="it rains", to="umbrella"),))

    assert problems(wrong) == [
        "threads, changes: to is 'umbrella', which is neither a question nor an advice"
    ]


def test_unknown_evidence_of_an_advice_is_named(tree: Tree) -> None:
    wrong = with_advice(tree, evidence=("asgi-alone", "hearsay"))

    assert problems(wrong) == [
        "threads cites the evidence 'hearsay', which the catalogue does not hold"
    ]


def test_unknown_evidence_of_a_rejected_alternative_is_named(tree: Tree) -> None:
    rejected = tree.advice["threads"].rejected
    wrong = with_advice(
        tree, rejected=(*rejected, Rejected(option="uWSGI", because="so", evidence="hearsay"))
    )

    assert problems(wrong) == [
        "threads, rejected uWSGI cites the evidence 'hearsay', which the catalogue does not hold"
    ]


@pytest.mark.parametrize("name", ["slow_load", "Slow", "2nd", "b", "slow-", "", "an id"])
def test_an_id_that_is_not_kebab_case_is_named(tree: Tree, name: str) -> None:
    start = tree.questions["start"]
    wrong = with_question(
        tree, replace(start, answers=(*start.answers, Answer(id=name, say="Other", next="")))
    )

    assert f"start, answer {name}: '{name}' is not an id" in problems(wrong)


def test_ids_of_questions_and_advice_are_kebab_case_too(tree: Tree) -> None:
    question = replace(tree.questions["waits"], id="waits_long")
    advice = replace(tree.advice["threads"], id="More")
    wrong = replace(with_question(tree, question), advice={**tree.advice, "More": advice})

    found = problems(wrong)

    assert "waits_long: 'waits_long' is not an id" in found
    assert "More: 'More' is not an id" in found


def test_an_id_that_is_both_a_question_and_an_advice_is_named(tree: Tree) -> None:
    both = replace(tree, advice={**tree.advice, "waits": tree.advice["threads"]})

    assert "'waits' is both a question and an advice" in problems(both)


def test_a_question_with_one_answer_is_named(tree: Tree) -> None:
    short = with_answers(tree, "streams", answer("nothing", "stay-on-wsgi"))

    assert "streams has 1 answers" in problems(short)


@pytest.mark.parametrize(
    ("second", "part"),
    [(answer("nothing", say="Other"), "id"), (answer("other", say="It is nothing"), "say")],
)
def test_two_answers_that_a_reader_cannot_tell_apart_are_named(
    tree: Tree, second: Answer, part: str
) -> None:
    wrong = with_answers(tree, "streams", answer("nothing", "stay-on-wsgi"), second)

    assert any(
        problem.startswith(f"streams has two answers whose '{part}' is ")
        for problem in problems(wrong)
    )


def test_a_question_whose_answers_all_lead_to_the_same_does_not_matter(tree: Tree) -> None:
    streams = tree.questions["streams"]
    same = replace(streams, id="same", answers=(answer("one", "waits"), answer("two", "waits")))
    same = replace(same, unsure=Unsure(take="one", because="it is the first."))
    wrong = with_question(with_question(tree, same), tree.questions["start"])
    start = tree.questions["start"]
    wrong = with_question(wrong, replace(start, answers=(*start.answers, answer("new", "same"))))

    assert problems(wrong) == ["the answer to same does not matter"]


def test_two_answers_may_lead_to_the_same_when_a_third_does_not(tree: Tree) -> None:
    more = (*tree.questions["waits"].answers, answer("lock", "threads"))

    assert problems(with_answers(tree, "waits", *more)) == []


def emptied(advice: Advice) -> Mapping[str, Mapping[str, Any]]:
    """Return each part of an advice without its content, or with an empty text in it."""
    change, *_ = advice.changes
    first, second = advice.rejected
    return {
        "title": {"title": ""},
        "recommend": {"recommend": " "},
        "why": {"why": ""},
        "first": {"first": ""},
        "example": {"example": ""},
        "evidence": {"evidence": ()},
        "symptoms": {"symptoms": ("",)},
        "changes": {"changes": ()},
        "changes when": {"changes": (replace(change, when=""),)},
        "costs": {"costs": ("", "memory")},
        "rejected": {"rejected": ()},
        "rejected option": {"rejected": (replace(first, option=""), second)},
        "rejected because": {"rejected": (replace(first, because=""), second)},
    }


def test_an_advice_without_one_of_its_parts_is_named(tree: Tree) -> None:
    parts = emptied(tree.advice["threads"])

    assert {part.split()[0] for part in parts} == {
        field.name for field in fields(Advice) if field.name not in {"id", "kind", "packages"}
    }
    for part, content in parts.items():
        found = problems(with_advice(tree, **content))
        assert any(f"threads: '{part}" in problem and "is empty" in problem for problem in found)


def test_an_advice_that_rejects_one_alternative_is_named(tree: Tree) -> None:
    wrong = with_advice(tree, rejected=tree.advice["threads"].rejected[:1])

    assert problems(wrong) == ["threads rejects 1 alternatives"]


EMPTY_QUESTIONS: Mapping[str, Callable[[Question], Question]] = {
    "ask": lambda question: replace(question, ask=""),
    "why": lambda question: replace(question, why=""),
    "find_out how": lambda question: replace(question, find_out=()),
    "find_out read": lambda question: replace(
        question, find_out=(replace(question.find_out[0], read=""),)
    ),
    "topic": lambda question: replace(question, topic=" "),
    "unsure because": lambda question: replace(
        question, unsure=replace(question.unsure, because="")
    ),
    "answers say": lambda question: replace(
        question, answers=(*question.answers, Answer(id="silent", say="", next=""))
    ),
}


@pytest.mark.parametrize("part", EMPTY_QUESTIONS)
def test_a_question_without_one_of_its_parts_is_named(tree: Tree, part: str) -> None:
    wrong = with_question(tree, EMPTY_QUESTIONS[part](tree.questions["waits"]))

    assert f"waits: '{part}' is empty" in problems(wrong)


def test_what_is_assumed_is_one_of_the_answers(tree: Tree) -> None:
    waits = tree.questions["waits"]
    wrong = with_question(tree, replace(waits, unsure=replace(waits.unsure, take="sleep")))

    assert problems(wrong) == ["waits, unsure: take is 'sleep', none of its answers"]


def with_non_choice(tree: Tree, **parts: object) -> Tree:
    changed: NonChoice = replace(tree.non_choices["longer-time-out"], **parts)  # type: ignore[arg-type]
    return replace(tree, non_choices={"longer-time-out": changed})


def test_a_non_choice_sends_readers_to_advice(tree: Tree) -> None:
    wrong = with_non_choice(tree, see="waits")

    assert problems(wrong) == ["longer-time-out, see is 'waits', which is no advice"]


def test_a_non_choice_that_nothing_turns_down_is_named(tree: Tree) -> None:
    unlinked = (Rejected(option="ASGI", because="no"), Rejected(option="gevent", because="no"))
    advice = {name: replace(one, rejected=unlinked) for name, one in tree.advice.items()}

    assert problems(replace(tree, advice=advice)) == ["no advice turns down 'longer-time-out'"]


def test_the_evidence_of_a_non_choice_is_in_the_catalogue(tree: Tree) -> None:
    (problem,) = problems(with_non_choice(tree, evidence=("hearsay",)))

    assert problem.startswith("longer-time-out cites the evidence 'hearsay'")


def test_an_option_leads_to_advice_or_to_a_non_choice(tree: Tree) -> None:
    wrong = replace(tree, options=(*tree.options, Option(name="Magic", places=("waits",))))

    assert problems(wrong) == ["the option 'Magic' names 'waits', which speaks of no option"]


def test_advice_that_no_option_leads_to_is_named(tree: Tree) -> None:
    wrong = replace(tree, options=tree.options[1:])

    assert problems(wrong) == [
        "no option leads to 'threads'",
        "no option leads to 'longer-time-out'",
    ]


def test_answers_move_to_where_a_walk_leads(tree: Tree) -> None:
    wrong = replace(tree, moved={"older": "order,gone"})

    (problem,) = problems(wrong)

    assert problem.startswith("'older' has moved to 'order,gone', where no walk leads: 'gone'")


def test_everything_wrong_is_named_at_once(tree: Tree) -> None:
    wrong = with_advice(tree, why="", evidence=("hearsay",))

    assert len(problems(wrong)) == 2


def test_the_counts_are_those_of_the_tree(tree: Tree) -> None:
    found = counts(tree)

    assert found == {
        "questions": 3,
        "advice": 3,
        "non-choices": 1,
        "options": 3,
        "answers": 8,
        "paths": 7,
        "questions on the longest path": 3,
        "evidence ids cited": 2,
    }
    assert found["paths"] == len(list(walks(tree)))
