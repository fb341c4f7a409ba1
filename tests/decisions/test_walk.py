from dataclasses import replace

import pytest

from crossroads.decisions.model import Advice, Question, Tree
from crossroads.decisions.walk import WalkError, back, begin, find, say, shared, walk, walks


def test_a_walk_begins_at_the_root(tree: Tree) -> None:
    assert begin(tree).at == tree.questions["start"]
    assert begin(tree).path == ""


def test_an_answer_leads_to_the_next_question(tree: Tree) -> None:
    walked = say(tree, begin(tree), "order")

    assert walked.at == tree.questions["streams"]
    assert [(step.question.id, step.answer.id) for step in walked.steps] == [("start", "order")]


def test_answers_lead_to_an_advice(tree: Tree) -> None:
    walked = walk(tree, ["order", "slow-view", "wait"])

    assert walked.at == tree.advice["threads"]
    assert walked.path == "order,slow-view,wait"


def test_an_answer_that_was_not_known_is_the_one_that_does_least_harm(tree: Tree) -> None:
    walked = walk(tree, ["slow~", "wait"])

    assert walked.at == walk(tree, ["slow", "wait"]).at
    assert walked.path == "slow~,wait"
    assert [step.is_assumed for step in walked.steps] == [True, False]


def test_no_other_answer_can_be_assumed(tree: Tree) -> None:
    with pytest.raises(WalkError, match="'order~' is no answer") as caught:
        walk(tree, ["order~"])

    assert caught.value.known.endswith("where you do not know: slow~")


def test_answers_that_have_moved_lead_on(tree: Tree) -> None:
    walked = walk(tree, ["asgi", "slow-view", "wait"])

    assert walked == walk(tree, ["order", "slow-view", "wait"])


def test_a_move_may_lead_into_another(tree: Tree) -> None:
    moved = {"order,new": "order,stream", "older": "asgi,new", **tree.moved}
    tree = replace(tree, moved=moved)

    assert walk(tree, ["older"]).path == "order,stream"


def test_only_whole_answers_move(tree: Tree) -> None:
    with pytest.raises(WalkError, match="'asgi-alone' is no answer"):
        walk(tree, ["asgi-alone"])


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("order,slow-view,wait", "order,slow-view,compute", 2),
        ("order,nothing", "slow,wait", 0),
        ("slow,wait", "slow~,wait", 2),
        ("order", "order,nothing", 1),
    ],
)
def test_two_walks_share_what_they_answer_alike_at_the_beginning(
    tree: Tree, one: str, other: str, alike: int
) -> None:
    walks = [walk(tree, path.split(",")) for path in (one, other)]

    assert shared(*walks) == shared(*reversed(walks)) == alike


def test_an_unknown_answer_names_the_possible_ones_with_their_texts(tree: Tree) -> None:
    with pytest.raises(WalkError) as caught:
        walk(tree, ["slow", "sleep"])

    assert caught.value.problem == "'sleep' is no answer to 'Do the workers wait or compute?'"
    assert "wait (They wait, below 60 % of a core); compute (They compute)" in caught.value.known


@pytest.mark.parametrize(
    ("answers", "end"),
    [
        (["slow", "wait"], "the advice is 'Threads, a bounded number' (threads)"),
        (["push"], "the advice is 'Threads, a bounded number' (threads)"),
    ],
)
def test_an_answer_too_many_says_where_the_walk_ended(
    tree: Tree, answers: list[str], end: str
) -> None:
    with pytest.raises(WalkError) as caught:
        walk(tree, [*answers, "more"])

    assert "'more' is one answer too many" in caught.value.problem
    assert ",".join(answers) in caught.value.problem
    assert end in caught.value.known


def test_back_takes_the_last_answer_away(tree: Tree) -> None:
    walked = walk(tree, ["order", "slow-view", "wait"])

    assert back(walked) == walk(tree, ["order", "slow-view"])


def test_back_from_the_beginning_stays_there(tree: Tree) -> None:
    assert back(begin(tree)) == begin(tree)


def test_every_path_is_walked_once(tree: Tree) -> None:
    assert [walked.path for walked in walks(tree)] == [
        "slow,wait",
        "slow,compute",
        "order,nothing",
        "order,slow-view,wait",
        "order,slow-view,compute",
        "order,stream",
        "push",
    ]


def test_every_path_ends_where_nothing_is_asked(tree: Tree) -> None:
    assert not any(isinstance(walked.at, Question) for walked in walks(tree))
    assert any(isinstance(walked.at, Advice) for walked in walks(tree))


def test_an_id_that_the_tree_does_not_hold_is_named(tree: Tree) -> None:
    with pytest.raises(WalkError, match="leads to 'nowhere'"):
        find(tree, "nowhere")
