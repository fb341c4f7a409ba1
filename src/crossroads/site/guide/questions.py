"""The questions as HTML: an outline to read, in which each question is a card to show alone."""

from html import escape

from crossroads.decisions.model import ASSUMED, Answer, FindOut, Question
from crossroads.site.guide.places import Place
from crossroads.site.guide.writer import Writer, anchor

_TOP_LEVEL = 2
_DEEPEST_LEVEL = 6


def places_html(place: Place, writer: Writer, level: int = _TOP_LEVEL) -> str:
    """Return a question with all that follow from it, nested."""
    below = "".join(
        places_html(next_, writer, min(level + 1, _DEEPEST_LEVEL)) for next_ in place.below.values()
    )
    return f'<section class="cr-place">{_card(place, writer, level)}{below}</section>'


def _card(place: Place, writer: Writer, level: int) -> str:
    question = place.question
    answers = "".join(_answer(answer, place, writer) for answer in question.answers)
    return (
        f'<div class="cr-card" data-card="{question.id}">'
        f'<h{level} class="cr-card__title" id="{anchor(place.path)}">'
        f"{writer.text(question.ask)}</h{level}>"
        f'<p class="cr-why"><span class="cr-label">Why we ask</span> '
        f"{writer.text(question.why)}</p>"
        f'<ol class="cr-answers" role="list">{answers}</ol>'
        f"{_find_out(question, writer)}</div>"
    )


def _answer(answer: Answer, place: Place, writer: Writer) -> str:
    path = (*place.path, answer.id)
    # Where the next question follows below, its heading bears the path as its anchor.
    name = "" if answer.id in place.below else f' id="{anchor(path)}"'
    return (
        f'<li{name}><a class="cr-answer" href="{writer.way_to(answer.next)}"'
        f' data-answer="{answer.id}" data-next="{answer.next}">'
        f'<span><span class="cr-answer__say">{writer.unlinked(answer.say)}</span> '
        f"{_leads_to(answer.next, writer)}</span></a></li>"
    )


def _leads_to(target: str, writer: Writer) -> str:
    kind = "Advice" if target in writer.tree.advice else "Next"
    return f'<span class="cr-answer__next">{kind}: {writer.title(target)}</span>'


def _find_out(question: Question, writer: Writer) -> str:
    ways = "".join(_way(way, writer) for way in question.find_out)
    return (
        '<details class="cr-find"><summary>I don\'t know: how do I find out?</summary>'
        f'<ul class="cr-find__ways" role="list">{ways}</ul>{_default(question, writer)}</details>'
    )


def _default(question: Question, writer: Writer) -> str:
    answer = question.assumed
    return (
        '<div class="cr-unsure"><p><span class="cr-label">Not to be found out?</span> '
        "Then go on with the answer that does the least harm: "
        f"{writer.text(question.unsure.because)}</p>"
        f'<a class="cr-answer" href="{writer.way_to(answer.next)}"'
        f' data-answer="{answer.id}{ASSUMED}" data-next="{answer.next}">'
        f'<span><span class="cr-answer__say">{writer.unlinked(answer.say)}</span> '
        f"{_leads_to(answer.next, writer)}</span></a></div>"
    )


def _way(way: FindOut, writer: Writer) -> str:
    return (
        f'<li><p class="cr-find__how">{writer.text(way.how)}</p>'
        f"{_command(way.run)}"
        f'<p class="cr-find__read"><span class="cr-label">Read</span> '
        f"{writer.text(way.read)}</p></li>"
    )


def _command(run: str) -> str:
    return f'<pre class="cr-command"><code>{escape(run)}</code></pre>' if run else ""
