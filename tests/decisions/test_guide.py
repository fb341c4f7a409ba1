"""The guide in docs/decide itself is whole: promises that every edit of it must keep."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from crossroads.decisions.check import check, counts
from crossroads.decisions.model import ASSUMED, MOST_QUESTIONS, Advice, Answer, Question
from crossroads.decisions.paths import outcomes
from crossroads.decisions.permalinks import broken, published, unpublished
from crossroads.decisions.read import PERMALINKS, read_tree
from crossroads.decisions.render.adr import adr
from crossroads.decisions.render.compare import comparison_text
from crossroads.decisions.render.evidence import EvidenceLine
from crossroads.decisions.render.inline import plain
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.render.terminal import find_out_text, question_text, walk_text
from crossroads.decisions.render.tree_json import SCHEMA, tree_json
from crossroads.decisions.walk import back, begin, find, say, shared, walk, walks
from crossroads.evidence.catalogue import EVIDENCE

FOLDER = Path(__file__).parents[2] / "docs" / "decide"
GUIDE = read_tree(FOLDER)
LINKS = published(FOLDER / PERMALINKS)
SOURCES = Sources(
    tree=GUIDE,
    evidence={
        name: EvidenceLine(id=name, claim=evidence.claim, state="not measured here")
        for name, evidence in EVIDENCE.items()
    },
    base_url="https://example.org/",
)
PATHS = [walked.path for walked in walks(GUIDE)]


def test_nothing_is_wrong_with_the_guide(
    record_property: Callable[[str, object], None],
) -> None:
    found = check(GUIDE, EVIDENCE)

    listed = ", ".join(f"{number} {name}" for name, number in counts(GUIDE).items())
    record_property("summary", f"the guide: {listed}")
    assert not found, "\n\n".join(map(str, found))


def test_no_path_is_walked_twice() -> None:
    assert len(set(PATHS)) == len(PATHS) == counts(GUIDE)["paths"]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_ends_in_advice(path: str) -> None:
    walked = walk(GUIDE, path.split(","))

    assert len(walked.steps) <= MOST_QUESTIONS
    assert isinstance(walked.at, Advice)
    text = walk_text(walked, SOURCES)
    assert f"crossroads decide --answers {path}" in text
    assert "](" not in text


@pytest.mark.parametrize("path", PATHS)
def test_a_path_makes_a_record(path: str) -> None:
    walked = walk(GUIDE, path.split(","))

    record = adr(walked, SOURCES, date(2026, 11, 21))

    assert isinstance(walked.at, Advice)
    assert record.startswith(f"# {plain(walked.at.title)}\n")
    assert all(plain(step.answer.say) in record for step in walked.steps)
    assert "{{" not in record
    assert ".md" not in record.replace("README.md", "")


@pytest.mark.parametrize("question", GUIDE.questions.values(), ids=lambda question: question.id)
def test_at_least_two_answers_to_a_question_differ_in_their_outcome(question: Question) -> None:
    followed = {
        answer.id: frozenset(
            walked.at.id
            for walked in walks(GUIDE)
            if (question.id, answer.id) in {(s.question.id, s.answer.id) for s in walked.steps}
        )
        for answer in question.answers
    }

    assert len(set(followed.values())) > 1


@pytest.mark.parametrize("question", GUIDE.questions.values(), ids=lambda question: question.id)
def test_who_never_knows_comes_to_advice_by_the_answers_that_do_least_harm(
    question: Question,
) -> None:
    at: Question | Advice = question
    asked = 0
    while isinstance(at, Question):
        take = at.unsure.take
        at = find(GUIDE, next(answer.next for answer in at.answers if answer.id == take))
        asked += 1

    assert asked <= MOST_QUESTIONS


def test_who_knows_nothing_at_all_is_told_to_leave_it() -> None:
    walked = begin(GUIDE)
    while isinstance(walked.at, Question):
        walked = say(GUIDE, walked, walked.at.unsure.take + ASSUMED)

    assert walked.at.id == "leave-it"
    assert "not known: the guide took" in adr(walked, SOURCES, date(2026, 11, 21))


@pytest.mark.parametrize(
    ("question", "wrong", "right"),
    [
        (question, wrong, right)
        for question in GUIDE.questions.values()
        for wrong, right in permutations(question.answers, 2)
    ],
    ids=lambda value: value.id,
)
def test_a_wrong_answer_is_caught_by_a_question_or_by_the_advice(
    question: Question, wrong: Answer, right: Answer
) -> None:
    """Who lands on advice by a wrong answer is told there when it does not fit, and where to go."""
    landed = find(GUIDE, wrong.next)
    wanted = outcomes(GUIDE, right.next)
    if isinstance(landed, Question) or landed.id in wanted:
        return
    ways_on = {change.to for change in landed.changes if change.to}
    further = {
        change.to
        for way in ways_on
        for end in outcomes(GUIDE, way)
        for change in GUIDE.advice[end].changes
        if change.to
    }

    offered = {end for way in ways_on | further for end in outcomes(GUIDE, way)}
    assert wanted & offered, f"{question.id}: {landed.id} offers no way to {sorted(wanted)}"


def test_links_that_were_published_lead_where_they_led() -> None:
    found = list(broken(GUIDE, LINKS))

    assert not found, "\n\n".join(map(str, found))


def test_every_path_is_among_the_published_links() -> None:
    assert not unpublished(GUIDE, LINKS), "run: make refresh"


def test_the_guide_for_programs_has_the_form_that_it_promises() -> None:
    schema = json.loads((FOLDER / SCHEMA).read_text(encoding="utf-8"))
    guide = json.loads(json.dumps(tree_json(SOURCES)))

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(guide)
    assert set(guide["advice"]) == set(GUIDE.advice)
    for walked in walks(GUIDE):
        assert follow(guide, [step.answer.id for step in walked.steps]) == walked.at.id


def test_the_promised_form_refuses_a_guide_that_lacks_a_part() -> None:
    schema = json.loads((FOLDER / SCHEMA).read_text(encoding="utf-8"))
    guide = json.loads(json.dumps(tree_json(SOURCES)))
    del guide["questions"]["start"]["unsure"]

    with pytest.raises(ValidationError, match="'unsure' is a required property"):
        Draft202012Validator(schema).validate(guide)


def follow(guide: Mapping[str, Any], answers: Sequence[str]) -> str:
    """Return where answers lead in the guide for programs, as another program would."""
    at = guide["root"]
    for said in answers:
        (at,) = [a["next"] for a in guide["questions"][at]["answers"] if a["id"] == said]
    return str(at)


@pytest.mark.parametrize("seed", range(50))
def test_two_random_walks_part_where_their_first_answers_differ(seed: int) -> None:
    draw = random.Random(seed)
    one, other = (walk(GUIDE, draw.choice(PATHS).split(",")) for _ in range(2))

    alike = shared(one, other)

    assert one.steps[:alike] == other.steps[:alike]
    if one != other:
        assert one.steps[alike].question == other.steps[alike].question
        assert one.steps[alike].answer != other.steps[alike].answer
    text = comparison_text(one, other, SOURCES)
    assert f"A is {one.path}" in text or one == other
    assert ("Both lead to the same advice." in text) == (one.at == other.at)


@pytest.mark.parametrize("question", GUIDE.questions.values(), ids=lambda question: question.id)
def test_a_question_can_be_read_in_a_terminal(question: Question) -> None:
    text = question_text(question)

    assert all(f"  {answer.id} " in text for answer in question.answers)
    assert all(way.run in find_out_text(question) for way in question.find_out)


@pytest.mark.parametrize("seed", range(50))
def test_a_walk_with_steps_back_ends_where_walking_straight_ends(seed: int) -> None:
    draw = random.Random(seed)
    walked = begin(GUIDE)
    said: list[str] = []
    for _ in range(40):
        if not isinstance(walked.at, Question) or draw.random() < 0.3:
            walked, said = back(walked), said[:-1]
        else:
            answer = draw.choice(walked.at.answers)
            walked, said = say(GUIDE, walked, answer.id), [*said, answer.id]

    assert walked == walk(GUIDE, said)
