"""Links to the guide that were published once lead to where they led."""

from dataclasses import replace
from pathlib import Path

import pytest

from crossroads.decisions.model import Tree
from crossroads.decisions.permalinks import broken, published, refresh_permalinks, unpublished
from crossroads.decisions.walk import walks

KNOWN = {"slow,wait": "threads", "order,nothing": "stay-on-wsgi"}


def problems(tree: Tree, known: dict[str, str] = KNOWN) -> list[str]:
    return [error.problem for error in broken(tree, known)]


def test_a_tree_that_still_has_its_paths_breaks_no_link(tree: Tree) -> None:
    assert problems(tree) == []


def test_a_path_that_is_gone_breaks_its_link_unless_it_has_moved(tree: Tree) -> None:
    waits = tree.questions["waits"]
    renamed = tuple(replace(a, id="pause") if a.id == "wait" else a for a in waits.answers)
    changed = replace(tree, questions={**tree.questions, "waits": replace(waits, answers=renamed)})
    moved = replace(changed, moved={"slow,wait": "slow,pause"})

    (problem,) = problems(changed)
    assert problem.startswith("the link 'slow,wait' was published and leads nowhere: 'wait' is no")
    assert problems(moved) == []


@pytest.mark.parametrize(
    ("path", "end"), [("slow,compute", "more-processes"), ("order", "streams")]
)
def test_a_path_that_ends_elsewhere_breaks_its_link(tree: Tree, path: str, end: str) -> None:
    assert problems(tree, {path: "threads"}) == [
        f"the link '{path}' was published and leads to '{end}' now"
    ]


def test_a_refresh_adds_what_is_new_and_keeps_what_is_there(tree: Tree, tmp_path: Path) -> None:
    file = tmp_path / "permalinks.txt"
    file.write_text("# Links.\nolder,path threads\n")

    assert refresh_permalinks(tree, file)

    assert file.read_text().startswith("# Links.\nolder,path threads\nslow,wait threads\n")
    assert list(published(file)) == ["older,path", *(walked.path for walked in walks(tree))]
    assert not unpublished(tree, published(file))
    assert not refresh_permalinks(tree, file)
