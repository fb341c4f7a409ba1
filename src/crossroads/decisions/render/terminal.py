"""The guide as text for a terminal, 80 columns wide."""

from collections.abc import Iterable
from textwrap import TextWrapper

from crossroads.decisions.model import (
    ASSUMED,
    Advice,
    Change,
    FindOut,
    Question,
    Rejected,
    Step,
    Tree,
    Walk,
)
from crossroads.decisions.render.evidence import EvidenceLine
from crossroads.decisions.render.inline import address, plain
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.walk import walks

WIDTH = 80
_INDENT = "  "


def walk_text(walk: Walk, sources: Sources) -> str:
    """Return what was said, where it led, and how to come here again."""
    command = f"crossroads decide --answers {walk.path}"
    match walk.at:
        case Question() as question:
            end = question_text(question)
            again = f"Go on with one of these: {command}{walk.path and ','}ID"
        case Advice() as advice:
            end = advice_text(advice, sources)
            again = f"The recipe: {_page(advice, sources)}\nThis walk again: {command}"
    return "\n\n".join(filter(None, [steps_text(walk.steps), end, again]))


def question_text(question: Question) -> str:
    """Return a question with its reason and its numbered answers."""
    ids = max(len(answer.id) for answer in question.answers)
    answers = (
        wrapped(answer.say, head=f"{number:>3}  {answer.id:{ids}}  ")
        for number, answer in enumerate(question.answers, 1)
    )
    return "\n".join([head_text(question), "", *answers])


def head_text(question: Question) -> str:
    """Return a question with its reason."""
    return f"{wrapped(question.ask)}\n\n{wrapped(question.why, _INDENT)}"


def find_out_text(question: Question) -> str:
    """Return how to find the answer to a question: commands to run, and how to read them."""
    return "\n\n".join([*map(_way, question.find_out), _default(question)])


def said(step: Step) -> str:
    """Return what was said, and whether the reader knew."""
    return (
        f"{step.answer.say} (not known: the guide took this)"
        if step.is_assumed
        else step.answer.say
    )


def steps_text(steps: Iterable[Step]) -> str:
    """Return what was said so far."""
    return "\n".join(
        f"{wrapped(step.question.ask)}\n{wrapped(said(step), _INDENT)}" for step in steps
    )


def advice_text(advice: Advice, sources: Sources) -> str:
    """Return an advice with its reasons, its price and the state of its evidence."""
    parts = {
        "Why": [wrapped(advice.why, _INDENT)],
        "First step": [wrapped(advice.first, _INDENT)],
        "Evidence": map(_evidence, sources.lines(advice.evidence)),
        "What would change this": (_item(_change(change, sources)) for change in advice.changes),
        "What it costs": map(_item, advice.costs),
        "Why nothing else": (_rejected(rejected, sources) for rejected in advice.rejected),
        "For example": [wrapped(advice.example, _INDENT)],
    }
    if sources.versions:
        parts["Versions"] = [wrapped(sources.versions_text(advice), _INDENT)]
    title = plain(advice.title)
    head = f"{title}\n{'=' * len(title)}\n\n{wrapped(advice.recommend)}"
    return "\n\n".join([head, *("\n".join([name, *lines]) for name, lines in parts.items())])


def paths_text(tree: Tree) -> str:
    """Return every path with the advice that it leads to, one in a line."""
    ends = [(walked.path, walked.at) for walked in walks(tree)]
    width = max(len(path) for path, _ in ends)
    return "\n".join(f"{path:{width}}  {_end(end)}" for path, end in ends)


def _page(advice: Advice, sources: Sources) -> str:
    source = f"docs/decide/{advice.id}.md"
    if not sources.base_url:
        return source
    return f"{source}, on the site {address(f'{advice.id}.md', sources.base_url)}"


def wrapped(text: str, indent: str = "", *, head: str = "") -> str:
    """Return plain lines; the first begins with `head`, the others stand below its end."""
    wrapper = TextWrapper(
        width=WIDTH,
        initial_indent=indent + head,
        subsequent_indent=indent + " " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.fill(plain(text))


def _item(text: str) -> str:
    return wrapped(text, _INDENT, head="- ")


def _default(question: Question) -> str:
    answer = question.assumed
    lines = [f"{_INDENT * 2}{answer.id}{ASSUMED}", wrapped(answer.say, _INDENT * 2)]
    reason = wrapped(f"That does the least harm: {question.unsure.because}", _INDENT * 2)
    return "\n".join(
        [wrapped("Not to be found out? The guide then takes", _INDENT), *lines, reason]
    )


def _way(way: FindOut) -> str:
    # A command is not wrapped, and its further lines not indented, so that it can be copied.
    command = [f"{_INDENT * 2}$ {way.run}"] if way.run else []
    return "\n".join([wrapped(way.how, _INDENT), *command, wrapped(way.read, _INDENT * 2)])


def _evidence(line: EvidenceLine) -> str:
    known = f"{line.state}, {line.value}" if line.value else line.state
    return _item(f"{line.claim} [{line.id}: {known}]")


def _change(change: Change, sources: Sources) -> str:
    return f"{change.when}: {sources.title(change.to)}" if change.to else change.when


def _rejected(rejected: Rejected, sources: Sources) -> str:
    reason = f"{rejected.option}: {rejected.because}"
    if not rejected.evidence:
        return _item(reason)
    return _item(f"{reason} [{rejected.evidence}: {sources.evidence[rejected.evidence].state}]")


def _end(end: Question | Advice) -> str:
    return f"{end.id}: {plain(end.title if isinstance(end, Advice) else end.ask)}"
