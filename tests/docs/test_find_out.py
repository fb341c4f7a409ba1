"""Each command with which the guide lets readers find out works, and prints what it says it does.

Every command of docs/decide/tree.yml has one way in find_out/ to run it: on the running example
app, on its sources, or on what a real server wrote. A new command without a way fails.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crossroads.decisions.read import read_tree

pytest.register_assert_rewrite(f"{__package__}.find_out")

from .find_out import later, push, slow, switch  # noqa: E402 - their asserts explain themselves now
from .find_out.stage import ROOT, Stage, Ways, load_desk  # noqa: E402

COMMANDS = [
    (question.id, found.run)
    for question in read_tree(ROOT / "docs" / "decide").questions.values()
    for found in question.find_out
    if found.run
]
WAYS = Ways(slow.WAYS | push.WAYS | later.WAYS | switch.WAYS)


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with ExitStack() as leaving:
        yield Stage(request, leaving)


@pytest.fixture(scope="session")
def loaded_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a database with a desk; who uses it takes a copy."""
    file = tmp_path_factory.mktemp("loaded") / "desk.sqlite3"
    load_desk(f"sqlite:///{file}", parcels=50)
    return file


@pytest.mark.parametrize(
    ("question", "command"), COMMANDS, ids=[f"{q}: {c[:40]}" for q, c in COMMANDS]
)
def test_a_command_prints_what_the_guide_says(stage: Stage, question: str, command: str) -> None:
    ways = WAYS.of(question, command)

    assert len(ways) == 1, f"this command needs one way to run it, and has {len(ways)}: {command}"
    ways[0](stage, command)


def test_every_way_has_its_command() -> None:
    stale = [
        (question, start)
        for question, start in WAYS
        if not any(of == question and command.startswith(start) for of, command in COMMANDS)
    ]

    assert stale == []
