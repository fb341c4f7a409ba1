"""The guide as a dialog in the terminal: one question at a time, with a way back and a way out.

All of it goes to standard error, so that standard output holds the result alone. A terminal that
can move its cursor gets a list to choose from; one that cannot (`TERM=dumb`) is asked for a line.
"""

import os
import sys
from textwrap import wrap

import click
from prompt_toolkit.application import create_app_session
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import create_output
from prompt_toolkit.shortcuts.choice_input import ChoiceInput
from prompt_toolkit.utils import is_dumb_terminal

from crossroads.decisions.model import ASSUMED, Question, Tree, Walk
from crossroads.decisions.render.inline import plain
from crossroads.decisions.render.terminal import (
    WIDTH,
    find_out_text,
    head_text,
    question_text,
)
from crossroads.decisions.walk import WalkError, back, begin, say
from crossroads.errors import CrossroadsError

_KEYS = {"?": "?", "b": "b", "left": "b", "q": "q"}
_HELP = "  ↑ ↓ or a number, then Enter; ? I don't know, b back, q leave"
_INDENT = 8
"""Columns that the list takes for its mark and its number."""


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
        following = _answered(tree, walk, walk.at)
        if following is None:
            break
        walk = following
    return walk


def _answered(tree: Tree, walk: Walk, question: Question) -> Walk | None:
    """Return the walk after an answer, or one step back; None when the reader leaves."""
    is_unsure = False
    is_dumb = is_dumb_terminal()
    if is_dumb:
        _show(f"\n{question_text(question)}\n")
    while True:
        match said := _typed(question) if is_dumb else _chosen(question, is_unsure=is_unsure):
            case "?":
                is_unsure = True
                _show(f"\n{find_out_text(question)}\n")
            case "b":
                return back(walk)
            case "q":
                return None
            case _:
                try:
                    return say(tree, walk, said)
                except WalkError as error:
                    _show(f"\n{error}\n")


def _chosen(question: Question, *, is_unsure: bool) -> str:
    """Return what is chosen from a list: the id of an answer, or a key.

    Args:
        question: What to ask.
        is_unsure: Whether the reader was told how to find out, and may take what the guide takes.
    """
    options = [(answer.id, _label(answer.say)) for answer in question.answers]
    if is_unsure:
        options.append((question.unsure.take + ASSUMED, _label("Not to be found out: go on")))
    # It would ask the terminal where the cursor is, for a bar that we do not have; not all answer.
    os.environ.setdefault("PROMPT_TOOLKIT_NO_CPR", "1")
    with create_app_session(output=create_output(stdout=sys.stderr)):
        return ChoiceInput(
            message=f"\n{head_text(question)}\n\n{_HELP}\n",
            options=options,
            default=options[-1][0] if is_unsure else options[0][0],
            interrupt_exception=click.Abort,
            key_bindings=_keys(),
        ).prompt()


def _label(say: str) -> str:
    # The list does not wrap its lines.
    return f"\n{' ' * _INDENT}".join(wrap(plain(say), WIDTH - _INDENT, break_on_hyphens=False))


def _keys() -> KeyBindings:
    keys = KeyBindings()

    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=_KEYS[event.key_sequence[0].key])

    for key in _KEYS:
        keys.add(key, eager=True)(leave)

    @keys.add("c-d", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=click.Abort())

    return keys


def _typed(question: Question) -> str:
    """Return what is typed: the id of an answer, its number as its id, or a key."""
    keys = f"1-{len(question.answers)}, ? how to find out, b back, q leave"
    said = str(click.prompt(f"Answer ({keys})", err=True)).strip()
    numbers = {str(number): answer.id for number, answer in enumerate(question.answers, 1)}
    return numbers.get(said, said)


def _show(text: str) -> None:
    click.echo(text, err=True)
