import json

from crossroads.decisions.model import Tree
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.render.walk_json import walk_json
from crossroads.decisions.walk import walk, walks


def test_an_advice_comes_with_its_evidence_and_states(tree: Tree, sources: Sources) -> None:
    found = walk_json(walk(tree, ["slow", "wait"]), sources)

    assert found["path"] == "slow,wait"
    assert found["question"] is None
    assert found["advice"]["id"] == "threads"
    assert found["advice"]["rejected"][1] == {
        "option": "[A longer time-out](https://example.org/crossroads/decide/options/#longer-time-out)",
        "because": "it holds them for longer.",
        "evidence": "",
    }
    assert found["advice"]["evidence"] == [
        {"id": "asgi-alone", "claim": "ASGI costs more.", "state": "holds", "value": "4.2×"},
        {
            "id": "wait-1",
            "claim": "One wait is one wait.",
            "state": "not measured here",
            "value": "",
        },
    ]


def test_a_partial_walk_comes_with_the_next_question(tree: Tree, sources: Sources) -> None:
    found = walk_json(walk(tree, ["order"]), sources)

    assert found["advice"] is None
    assert found["question"]["id"] == "streams"
    assert found["question"]["answers"][0] == {
        "id": "nothing",
        "say": "No",
        "next": "stay-on-wsgi",
    }
    assert found["steps"] == [
        {
            "question": "start",
            "ask": "What brings you here?",
            "answer": "order",
            "say": "I was told to switch: ASGI",
            "assumed": False,
        }
    ]


def test_a_command_stays_as_it_is(tree: Tree, sources: Sources) -> None:
    found = walk_json(walk(tree, ["order"]), sources)

    assert found["question"]["find_out"][0]["run"] == tree.questions["streams"].find_out[0].run


def test_links_can_be_followed_from_elsewhere(tree: Tree, sources: Sources) -> None:
    found = walk_json(walk(tree, ["slow", "wait"]), sources)

    assert "(https://example.org/crossroads/evidence/#asgi-alone.cpu)" in found["advice"]["why"]


def test_every_walk_can_be_written_as_json(tree: Tree, sources: Sources) -> None:
    for walked in walks(tree):
        found = walk_json(walked, sources)
        assert json.loads(json.dumps(found)) == found
