from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from crossroads.decisions.fields import ContentError
from crossroads.decisions.model import (
    Advice,
    Answer,
    Change,
    FindOut,
    NonChoice,
    Question,
    Rejected,
    Tree,
    Unsure,
)
from crossroads.decisions.read import read_tree

type Place = tuple[str | int, ...]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def refusal(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read_tree(folder)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    return lines


def test_questions_are_read_with_their_answers(tree: Tree) -> None:
    question = tree.questions["streams"]

    assert tree.root == "start"
    assert list(tree.questions) == ["start", "streams", "waits"]
    assert question.ask == "Does a view stream?"
    assert [answer.id for answer in question.answers] == ["nothing", "slow-view", "stream"]
    assert question.answers[0].say == "No"
    assert question.answers[0].next == "stay-on-wsgi"


def test_what_is_left_out_is_empty(tree: Tree) -> None:
    start = tree.questions["start"]

    assert start.find_out == (
        FindOut(how="Name the view", run="", read="no view to name means that nothing is slow."),
    )


def test_each_page_but_the_index_is_an_advice(tree: Tree) -> None:
    advice = tree.advice["threads"]

    assert set(tree.advice) == {"threads", "more-processes", "stay-on-wsgi"}
    assert (advice.title, advice.kind) == ("Threads, a bounded number", "do")
    assert advice.evidence == ("asgi-alone", "wait-1")
    assert advice.changes == (
        Change(when="the cores are full", to="more-processes"),
        Change(when="the work can be done later", to=""),
    )
    assert advice.symptoms == ("502 Bad Gateway", "WORKER TIMEOUT (pid:7)")
    assert advice.rejected[1] == Rejected(
        option="[A longer time-out](options.md#longer-time-out)",
        because="it holds them for longer.",
    )


FIRST_WAY = """\
      - how: Name the view
        read: no view to name means that nothing is slow.
"""
MISTAKES = {
    "an unknown key": (
        "        next: waits\n",
        "        nxt: waits\n",
        ("line 15: questions.start.answers[1].nxt is an unknown key", "id, say, next"),
    ),
    "an unknown key at the top": (
        "root: start\n",
        "root: start\nversion: two\n",
        ("line 3: version is an unknown key", "allowed: root, questions"),
    ),
    "a second key": (
        "    ask: Does a view stream?\n",
        "    ask: Does a view stream?\n    ask: Does it?\n",
        ("line 29: questions.streams.ask is a second 'ask'", "the first is in line 28"),
    ),
    "a second question of the same id": (
        "  streams:\n",
        "  start:\n",
        ("line 26: questions.start is a second 'start'", "the first is in line 5"),
    ),
    "a second answer of the same id": (
        "- id: order",
        "- id: slow",
        ("line 16: questions.start.answers[2] is a second answer with the id 'slow'", "slow"),
    ),
    "a boolean for an id": (
        "- id: nothing",
        "- id: no",
        ("questions.streams.answers[1].id is a boolean: no", "text is needed"),
    ),
    "a boolean for a text": ('say: "No"', "say: No", ("say is a boolean: No", "text is needed")),
    "a boolean for a key": (
        "  streams:\n",
        "  on:\n",
        ("line 26: questions is a boolean: on", "text is needed"),
    ),
    "a number for a text": (
        "ask: Does a view stream?",
        "ask: 42",
        ("questions.streams.ask is a number: 42", "text is needed"),
    ),
    "nothing for a text": (
        "ask: Does a view stream?",
        "ask:",
        ("questions.streams.ask is nothing", "text is needed"),
    ),
    "a text for a list": (
        f"    find_out:\n{FIRST_WAY}",
        "    find_out: look\n",
        ("questions.start.find_out is 'look'", "a list is needed"),
    ),
    "a text for a mapping": (
        FIRST_WAY,
        "      - look\n",
        ("questions.start.find_out[1] is 'look'", "a mapping is needed"),
    ),
    "no YAML": ("say: Something is slow", "say: [Something", ("line 15:", "not YAML")),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_file_its_place_and_what_is_allowed(
    guide: Path, mistake: str
) -> None:
    old, new, (place, known) = MISTAKES[mistake]
    edit(guide / "tree.yml", old, new)

    problem, allowed, _ = refusal(guide)

    assert "docs/decide/tree.yml, line " in problem
    assert place in problem
    assert known in allowed


def names(part: type, *but: str) -> list[str]:
    return [field.name for field in fields(part) if field.name not in but]


START: Place = ("questions", "start")
NEEDED_IN_TREE: list[Place] = [
    ("root",),
    ("questions",),
    ("non_choices",),
    ("options",),
    ("moved",),
    *((*START, name) for name in names(Question, "id")),
    *((*START, "find_out", 0, name) for name in names(FindOut, "run")),
    *((*START, "answers", 0, name) for name in names(Answer)),
    *((*START, "unsure", name) for name in names(Unsure)),
    *(("non_choices", "longer-time-out", name) for name in names(NonChoice, "id")),
]
NEEDED_IN_PAGE: list[Place] = [
    ("description",),
    *((name,) for name in names(Advice, "id", "packages")),
    *(("changes", 0, name) for name in names(Change, "to")),
    *(("rejected", 0, name) for name in names(Rejected, "evidence")),
]


def without(text: str, place: Place) -> str:
    whole = part = yaml.safe_load(text)
    for key in place[:-1]:
        part = part[key]
    del part[place[-1]]
    return str(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True))


@pytest.mark.parametrize("place", NEEDED_IN_TREE, ids=str)
def test_no_part_of_a_question_may_be_left_out(guide: Path, place: Place) -> None:
    file = guide / "tree.yml"
    file.write_text(without(file.read_text(), place))

    problem, allowed, _ = refusal(guide)

    assert problem.endswith(f"has no '{place[-1]}'")
    assert f"{place[-1]}" in allowed


@pytest.mark.parametrize("place", NEEDED_IN_PAGE, ids=str)
def test_no_part_of_an_advice_may_be_left_out(guide: Path, place: Place) -> None:
    page = guide / "threads.md"
    _, front, body = page.read_text().split("---\n")
    page.write_text(f"---\n{without(front, place)}---\n{body}")

    problem, _, _ = refusal(guide)

    assert "docs/decide/threads.md, line " in problem
    assert problem.endswith(f"has no '{place[-1]}'")


def test_a_line_of_a_page_is_counted_from_its_top(guide: Path) -> None:
    edit(guide / "threads.md", "first: Change one line.", "first: 1")

    problem, _, _ = refusal(guide)

    assert problem == "docs/decide/threads.md, line 9: first is a number: 1"


def test_an_unknown_kind_names_the_possible_ones(guide: Path) -> None:
    edit(guide / "threads.md", "kind: do", "kind: perhaps")

    problem, known, _ = refusal(guide)

    assert "docs/decide/threads.md, line 4: kind is 'perhaps'" in problem
    assert known == "allowed: do, stay, avoid"


def test_an_unknown_key_of_a_page_names_the_possible_ones(guide: Path) -> None:
    edit(guide / "threads.md", "tags:", "labels:")

    problem, known, _ = refusal(guide)

    assert "labels is an unknown key" in problem
    assert "rejected" in known
    assert "hide" in known


@pytest.mark.parametrize("text", ["# No front matter\n", "---\ntitle: Never closed\n"])
def test_a_page_without_front_matter_is_no_advice(guide: Path, text: str) -> None:
    (guide / "notes.md").write_text(text)

    problem, _, remedy = refusal(guide)

    assert problem == "docs/decide/notes.md has no front matter"
    assert "index.md" in remedy


def test_a_rule_in_the_body_of_a_page_is_no_front_matter(guide: Path) -> None:
    page = guide / "threads.md"
    page.write_text(page.read_text() + "\n---\nunknown: key\n---\n")

    assert "threads" in read_tree(guide).advice


def test_a_guide_without_questions_says_which_file_is_missing(tmp_path: Path) -> None:
    problem, _, _ = refusal(tmp_path)

    assert problem.endswith("tree.yml is not there")


def test_an_empty_file_is_said_to_be_empty(guide: Path) -> None:
    (guide / "tree.yml").write_text("# nothing yet\n")

    problem, _, _ = refusal(guide)

    assert problem == "docs/decide/tree.yml is empty"
