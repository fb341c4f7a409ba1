"""Which statements count, and which of them were executed."""

import pytest

from crossroads.site.blocks.statements import has_statements, unexecuted, unprinted_outputs

VIEW = '''\
"""A module."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

note: str


@staticmethod
def view(
    request,
    *,
    pages=1,
):
    """Return a page."""
    try:
        page = [
            request,
            pages,
        ]
    except ValueError:
        page = []
    return page
'''


def test_every_statement_is_missed_when_nothing_ran() -> None:
    assert unexecuted(VIEW, executed=()) == [2, 4, 11, 17, 18, 22, 23, 24]


def test_one_line_of_a_statement_is_enough() -> None:
    assert unexecuted(VIEW, executed=[2, 4, 10, 11, 17, 20, 24]) == [22, 23]


def test_only_the_statements_of_the_section_are_asked_for() -> None:
    assert unexecuted(VIEW, executed=(), within=range(17, 20)) == [17, 18]


@pytest.mark.parametrize("source", ["# only a comment\n", '"""Only text."""\n', "note: str\n"])
def test_text_and_comments_are_no_statements(source: str) -> None:
    assert not has_statements(source, range(1, 5))


def test_an_output_under_a_print_that_ran_is_proven() -> None:
    assert unprinted_outputs("for x in (1, 2):\n    print(x)\n    #> 1\n    #> 2\n", {1, 2}) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n#> 1\n",
        "#> 1\nx = 1\n",
        "print(1)\n\n#> 1\n",
        "def f():\n    print(1)\n    #> 2\n",
        "if False:\n    print(1)\n    #> 2\n",
        "print = str\nprint\n#> 3\n",
    ],
)
def test_an_output_that_no_print_wrote_is_named(source: str) -> None:
    executed = {n for n, line in enumerate(source.splitlines(), 1) if not line.startswith(" ")}

    assert unprinted_outputs(source, executed)
