"""The guide as a dialog in the terminal: one question at a time, with a way back and a way out.

All of it goes to standard error, so that standard output holds the result alone.
"""

import sys

import click

from crossroads.decisions.model import Question, Tree, Walk
from crossroads.decisions.render.terminal import find_out_text, question_text
from crossroads.decisions.walk import WalkError, back, begin, say
from crossroads.errors import CrossroadsError


class NoTerminalError(CrossroadsError):
    """Nobody is there to answer."""


def ask(tree: Tree) -> Walk:
    """Return where the reader's answers lead; at a question when they leave before the end.

    Raises:
        NoTerminalError: The input is not a terminal.
        click.Abort: The reader types Ctrl-C or Ctrl-D.
    """
    if not sys.stdin.isatty():
        raise NoTerminalError(
            "the questions cannot be asked: the input is not a terminal",
            "without a terminal the guide walks on answers that are given",
            "give them, as in 'crossroads decide --answers slow,load'; --list shows every path",
        )
    walk = begin(tree)
    while isinstance(walk.at, Question):
        _show(f"\n{question_text(walk.at)}\n")
        following = _answered(tree, walk, walk.at)
        if following is None:
            break
        walk = following
    return walk


def _answered(tree: Tree, walk: Walk, question: Question) -> Walk | None:
    """Return the walk after an answer, or one step back; None when the reader leaves."""
    while True:
        match said := _prompt(question):
            case "?":
                _show(f"\n{find_out_text(question)}\n")
            case "b":
                return back(walk)
            case "q":
                return None
            case _:
                try:
                    return say(tree, walk, _answer_id(question, said))
                except WalkError as error:
                    _show(f"\n{error}\n")


def _prompt(question: Question) -> str:
    keys = f"1-{len(question.answers)}, ? how to find out, b back, q leave"
    return str(click.prompt(f"Answer ({keys})", err=True)).strip()


def _answer_id(question: Question, said: str) -> str:
    numbers = {str(number): answer.id for number, answer in enumerate(question.answers, 1)}
    return numbers.get(said, said)


def _show(text: str) -> None:
    click.echo(text, err=True)
