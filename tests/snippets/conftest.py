"""A test that is marked `runs("<path>")` must really start or execute that file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crossroads.site.blocks.exercise import StartRecorder, has_run

SNIPPETS = Path(__file__).parents[2] / "snippets"
RECORDER = StartRecorder()


@pytest.fixture(autouse=True)
def runs_what_it_is_marked_with(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that does not run the files of its marks."""
    marked = [SNIPPETS / mark.args[0] for mark in request.node.iter_markers("runs")]
    if not marked:
        yield
        return
    with RECORDER.watch() as seen:
        yield
    missed = [str(path.relative_to(SNIPPETS)) for path in marked if not has_run(path, seen)]
    if missed:
        pytest.fail(f"marked to run {', '.join(missed)}, but nothing started or executed it")
