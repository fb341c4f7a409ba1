"""The guide in docs/decide itself is whole: promises that every edit of it must keep."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from crossroads.decisions.check import check, counts
from crossroads.decisions.model import MOST_QUESTIONS, Advice, Question
from crossroads.decisions.read import read_tree
from crossroads.decisions.render.adr import adr
from crossroads.decisions.render.evidence import EvidenceLine
from crossroads.decisions.render.inline import plain
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.render.terminal import find_out_text, question_text, walk_text
from crossroads.decisions.walk import back, begin, say, walk, walks
from crossroads.evidence.catalogue import EVIDENCE

GUIDE = read_tree(Path(__file__).parents[2] / "docs" / "decide")
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
def test_a_path_ends_in_an_advice_or_where_the_guide_says_that_it_does_not_go_on(
    path: str,
) -> None:
    walked = walk(GUIDE, path.split(","))

    assert len(walked.steps) <= MOST_QUESTIONS
    assert not isinstance(walked.at, Question)
    assert walked.at or not walked.steps[-1].answer.next
    text = walk_text(walked, SOURCES)
    assert f"crossroads decide --answers {path}" in text
    assert "](" not in text


@pytest.mark.parametrize("path", [path for path in PATHS if walk(GUIDE, path.split(",")).at])
def test_a_path_to_an_advice_makes_a_record(path: str) -> None:
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
            walked.at.id if walked.at else ""
            for walked in walks(GUIDE)
            if (question.id, answer.id) in {(s.question.id, s.answer.id) for s in walked.steps}
        )
        for answer in question.answers
    }

    assert len(set(followed.values())) > 1


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
