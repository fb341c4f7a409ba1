from collections.abc import Iterator
from dataclasses import replace

from crossroads.decisions.model import FindOut, Tree
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.render.terminal import (
    WIDTH,
    advice_text,
    find_out_text,
    paths_text,
    question_text,
    steps_text,
    walk_text,
)
from crossroads.decisions.walk import begin, walk, walks

ADVICE = """\
Threads, a bounded number
=========================

Run it with `--threads`.

Why
  It costs 4.2× less than the alternative, which others like.

First step
  Change one line.

Evidence
  - ASGI costs more. [asgi-alone: holds, 4.2×]
  - One wait is one wait. [wait-1: not measured here]

What would change this
  - the cores are full: More processes
  - the work can be done later

What it costs
  - memory for each worker

Why nothing else
  - ASGI: it costs more CPU. [asgi-alone: holds]
  - A longer time-out: it holds them for longer.

For example
  A travel agency waited for payments. It changed one line. Nobody noticed.

Versions
  django 6.1.3, gunicorn 26.0.0"""


def texts(tree: Tree, sources: Sources) -> Iterator[str]:
    yield from map(question_text, tree.questions.values())
    for advice in tree.advice.values():
        yield advice_text(advice, sources)
    for walked in walks(tree):
        yield walk_text(walked, replace(sources, base_url=""))


def test_a_question_has_its_reason_and_numbered_answers(tree: Tree) -> None:
    assert question_text(tree.questions["streams"]) == (
        "Does a view stream?\n"
        "\n"
        "  Without a stream, ASGI adds a hop and takes a bound away.\n"
        "\n"
        "  1  nothing    No\n"
        "  2  slow-view  No, but something is slow\n"
        "  3  stream     Yes: `text/event-stream`"
    )


def test_how_to_find_out_shows_the_command_and_how_to_read_it(tree: Tree) -> None:
    assert find_out_text(tree.questions["streams"]) == (
        "  Search for it\n"
        "    $ grep -rnE '[a-z](async)|`stream`' --include='*.py' .\n"
        "    nothing means no.\n"
        "\n"
        "  Not to be found out? The guide then takes\n"
        "    nothing~\n"
        "    No\n"
        "    That does the least harm: without a stream nothing is served better."
    )


def test_a_command_is_never_wrapped(tree: Tree) -> None:
    command = f"grep {' '.join(['long'] * WIDTH)}"
    way = FindOut(how="Search", run=command, read="nothing means no.")

    text = find_out_text(replace(tree.questions["streams"], find_out=(way,)))

    assert f"$ {command}\n" in text


def test_no_other_line_is_wider_than_the_terminal(tree: Tree, sources: Sources) -> None:
    long = " ".join(["word"] * WIDTH)
    questions = {
        name: replace(
            question,
            ask=long,
            why=long,
            answers=tuple(replace(answer, say=long) for answer in question.answers),
        )
        for name, question in tree.questions.items()
    }
    advice = {
        name: replace(one, recommend=long, why=long, first=long, costs=(long,), example=long)
        for name, one in tree.advice.items()
    }
    wide = replace(tree, questions=questions, advice=advice)

    lines = [
        line for text in texts(wide, replace(sources, tree=wide)) for line in text.splitlines()
    ]

    assert max(map(len, lines)) <= WIDTH


def test_an_advice_has_all_its_parts(tree: Tree, sources: Sources) -> None:
    assert advice_text(tree.advice["threads"], sources) == ADVICE


def test_links_are_text(tree: Tree, sources: Sources) -> None:
    assert "](" not in "\n".join(texts(tree, sources)).replace("[a-z](async)", "")


def test_what_was_said_is_shown_with_its_questions(tree: Tree) -> None:
    assert steps_text(walk(tree, ["order", "nothing"]).steps) == (
        "What brings you here?\n  I was told to switch: ASGI\nDoes a view stream?\n  No"
    )


def test_what_was_not_known_is_said(tree: Tree) -> None:
    assert steps_text(walk(tree, ["order", "nothing~"]).steps).endswith(
        "  No (not known: the guide took this)"
    )


def test_a_walk_to_an_advice_says_how_to_repeat_it_and_where_the_recipe_is(
    tree: Tree, sources: Sources
) -> None:
    text = walk_text(walk(tree, ["slow", "wait"]), sources)

    assert text.startswith("What brings you here?\n  Something is slow\n")
    assert text.endswith(
        "\n\nThe recipe: docs/decide/threads.md, on the site "
        "https://example.org/crossroads/decide/threads/\n"
        "This walk again: crossroads decide --answers slow,wait"
    )


def test_a_walk_to_a_question_says_how_to_go_on(tree: Tree, sources: Sources) -> None:
    text = walk_text(walk(tree, ["order"]), sources)

    assert question_text(tree.questions["streams"]) in text
    assert text.endswith("Go on with one of these: crossroads decide --answers order,ID")
    assert walk_text(begin(tree), sources).endswith("crossroads decide --answers ID")


def test_every_path_is_a_line(tree: Tree) -> None:
    assert paths_text(tree).splitlines() == [
        "slow,wait                threads: Threads, a bounded number",
        "slow,compute             more-processes: More processes",
        "order,nothing            stay-on-wsgi: Do not switch",
        "order,slow-view,wait     threads: Threads, a bounded number",
        "order,slow-view,compute  more-processes: More processes",
        "order,stream             threads: Threads, a bounded number",
        "push                     threads: Threads, a bounded number",
    ]
