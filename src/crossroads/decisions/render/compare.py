"""Two walks side by side: where they part, and how their advice differs."""

from collections.abc import Iterable

from crossroads.decisions.model import Advice, Step, Walk
from crossroads.decisions.render.inline import plain
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.render.terminal import advice_text, said, steps_text, wrapped
from crossroads.decisions.walk import shared
from crossroads.errors import CrossroadsError

_INDENT = "  "


class NotComparedError(CrossroadsError):
    """Only walks that have come to advice can be compared."""


def comparison_text(one: Walk, other: Walk, sources: Sources) -> str:
    """Return what two walks share, where they part, and the advice at the end of each.

    Raises:
        NotComparedError: One of them has not come to advice.
    """
    alike = shared(one, other)
    walks = {"A": one, "B": other}
    ends = {label: _end(walk) for label, walk in walks.items()}
    parts = [_part("Said on both", [steps_text(one.steps[:alike])])]
    parts += [
        _part(f"{label} is {walk.path}", map(_said, walk.steps[alike:]))
        for label, walk in walks.items()
    ]
    if ends["A"] == ends["B"]:
        parts += ["Both lead to the same advice.", advice_text(ends["A"], sources)]
    else:
        parts += [_advised(label, end) for label, end in ends.items()]
        parts += [
            _part(f"What {label} costs", (wrapped(cost, _INDENT, head="- ") for cost in end.costs))
            for label, end in ends.items()
        ]
    return "\n\n".join(filter(None, parts))


def _end(walk: Walk) -> Advice:
    if isinstance(walk.at, Advice):
        return walk.at
    raise NotComparedError(
        f"there is nothing to compare after '{walk.path}'",
        f"it has not come to advice; the next question is: {plain(walk.at.ask)}",
        "answer on; --list shows every path",
    )


def _advised(label: str, advice: Advice) -> str:
    texts = [wrapped(text, _INDENT) for text in (advice.recommend, advice.why)]
    return _part(f"{label} leads to: {plain(advice.title)}", texts)


def _said(step: Step) -> str:
    return f"{wrapped(step.question.ask, _INDENT)}\n{wrapped(said(step), _INDENT * 2)}"


def _part(name: str, lines: Iterable[str]) -> str:
    listed = [line for line in lines if line]
    return "\n".join([name, *listed]) if listed else ""
