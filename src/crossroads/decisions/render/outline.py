"""The whole tree as one nested list in Markdown, for pages on docs/decide/."""

import re
from collections.abc import Iterator

from crossroads.decisions.model import Answer, FindOut, Question, Tree
from crossroads.decisions.render.inline import plain

_INDENT = "    "


def outline(tree: Tree) -> str:
    """Return every question with what follows from its answers.

    A question stands where a reader first comes to it; later occurrences are links there. Its
    anchor, `question-<id>`, needs the extension attr_list.
    """
    return "\n".join(_question(tree, tree.questions[tree.root], 0, set())) + "\n"


def _question(tree: Tree, question: Question, depth: int, seen: set[str]) -> Iterator[str]:
    seen.add(question.id)
    yield _item(f"**{question.ask}**{{: #{_anchor(question)} }} {question.why}", depth)
    for way in question.find_out:
        yield _item(_way(way), depth + 1)
    for answer in question.answers:
        yield _item(f"{answer.say} → {_leads_to(tree, answer, seen)}", depth + 1)
        if answer.next in tree.questions.keys() - seen:
            yield from _question(tree, tree.questions[answer.next], depth + 2, seen)


def _item(text: str, depth: int) -> str:
    return f"{_INDENT * depth}- {text}"


def _leads_to(tree: Tree, answer: Answer, seen: set[str]) -> str:
    if advice := tree.advice.get(answer.next):
        return f"[{plain(advice.title)}]({advice.id}.md)"
    if question := tree.questions.get(answer.next):
        if question.id in seen:
            return f"[{plain(question.ask)}](#{_anchor(question)})"
        return "the next question:"
    return "the guide does not go on here yet"


def _anchor(question: Question) -> str:
    return f"question-{question.id}"


def _way(way: FindOut) -> str:
    commands = "".join(f" {_code(line)}" for line in way.run.splitlines())
    return f"To find out: {way.how}.{commands} Read: {way.read}"


def _code(command: str) -> str:
    ticks = "`" * (1 + max(map(len, re.findall("`+", command)), default=0))
    return f"{ticks}{command}{ticks}" if len(ticks) == 1 else f"{ticks} {command} {ticks}"
