"""The questions as HTML: an outline to read, in which each question is a card to show alone."""

from html import escape

from crossroads.decisions.model import OPEN_END, Answer, FindOut, Question
from crossroads.site.guide.places import Place
from crossroads.site.guide.writer import Writer, anchor

NOT_YET = "not-yet"
"""Anchor of where the guide does not go on yet."""

_TOP_LEVEL = 2
_DEEPEST_LEVEL = 6
_CHAPTERS = {
    "wsgi": "WSGI, the way most projects run",
    "asgi": "ASGI, and what an event loop is for",
    "channels": "Channels and WebSockets",
    "background-workers": "Work outside the request",
    "free-threading": "Python without the GIL",
    "evidence": "Every claim, measured or tested by this build",
}


def places_html(place: Place, writer: Writer, level: int = _TOP_LEVEL) -> str:
    """Return a question with all that follow from it, nested."""
    below = "".join(
        places_html(next_, writer, min(level + 1, _DEEPEST_LEVEL)) for next_ in place.below.values()
    )
    return f'<section class="cr-place">{_card(place, writer, level)}{below}</section>'


def not_yet_html(writer: Writer) -> str:
    """Return where an answer leads that leads nowhere yet: what there is to read instead."""
    answers = [a for q in writer.tree.questions.values() for a in q.answers]
    if all(answer.next for answer in answers):
        return ""
    docs = writer.root / "docs"
    chapters = "".join(
        f'<li><a href="{writer.link(f"{name}/index.md")}">{text}</a></li>'
        for name, text in _CHAPTERS.items()
        if (docs / name / "index.md").exists()
    )
    return (
        '<section class="cr-place"><div class="cr-card" data-card="">'
        f'<h{_TOP_LEVEL} class="cr-card__title" id="{NOT_YET}">'
        f"{OPEN_END.capitalize()}</h{_TOP_LEVEL}>"
        "<p>This way is not written. Until it is, these pages may answer you:</p>"
        f'<ul class="cr-chapters">{chapters}</ul></div></section>'
    )


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
        f'<li{name}><a class="cr-answer" href="{_onward(answer, writer)}"'
        f' data-answer="{answer.id}" data-next="{answer.next}">'
        f'<span><span class="cr-answer__say">{writer.unlinked(answer.say)}</span> '
        f"{_leads_to(answer, writer)}</span></a></li>"
    )


def _onward(answer: Answer, writer: Writer) -> str:
    return writer.way_to(answer.next) if answer.next else f"#{NOT_YET}"


def _leads_to(answer: Answer, writer: Writer) -> str:
    if not answer.next:
        return f'<span class="cr-answer__not-yet">{OPEN_END.capitalize()}</span>'
    kind = "Advice" if answer.next in writer.tree.advice else "Next"
    title = writer.title(answer.next)
    return f'<span class="cr-answer__next">{kind}: {title}</span>'


def _find_out(question: Question, writer: Writer) -> str:
    if not question.find_out:
        return ""
    ways = "".join(_way(way, writer) for way in question.find_out)
    return (
        '<details class="cr-find"><summary>How do I find out?</summary>'
        f'<ul class="cr-find__ways" role="list">{ways}</ul></details>'
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
