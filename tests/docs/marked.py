"""Print, as JSON, which files of snippets/ the whole test suite promises to run.

A program of its own, because a run of some tests does not know the marks of the others.
"""

import contextlib
import io
import json
import sys

import pytest


class Marks:
    """Collects the argument of each `runs` mark."""

    def __init__(self) -> None:
        self.paths: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            self.paths.update(mark.args[0] for mark in item.iter_markers("runs"))


if __name__ == "__main__":
    marks = Marks()
    output = io.StringIO()
    quiet = [
        "--collect-only",
        "-qq",
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
    ]
    with contextlib.redirect_stdout(output):
        code = pytest.main([*quiet, *sys.argv[1:]], plugins=[marks])
    if code != pytest.ExitCode.OK:
        sys.exit(output.getvalue())
    print(json.dumps(sorted(marks.paths)))  # noqa: T201 - the answer
