import pytest

from crossroads.decisions.model import Advice, Question, Tree
from crossroads.decisions.walk import WalkError, back, begin, find, say, walk, walks


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


def test_an_answer_without_a_next_is_an_open_end(tree: Tree) -> None:
    assert walk(tree, ["push"]).at is None


def test_an_unknown_answer_names_the_possible_ones_with_their_texts(tree: Tree) -> None:
    with pytest.raises(WalkError) as caught:
        walk(tree, ["slow", "sleep"])

    assert caught.value.problem == "'sleep' is no answer to 'Do the workers wait or compute?'"
    assert "wait (They wait, below 60 % of a core); compute (They compute)" in caught.value.known


@pytest.mark.parametrize(
    ("answers", "end"),
    [
        (["slow", "wait"], "the advice is 'Threads, a bounded number' (threads)"),
        (["push"], "the guide does not go on here yet"),
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
