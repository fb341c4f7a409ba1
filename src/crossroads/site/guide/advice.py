"""An advice as HTML: what its own page says above the recipe, and its stub in the guide.

The guide's page would grow with every advice. So it holds of each only what names it; the
script fetches the rest from the advice's page when a walk ends there.
"""

from collections.abc import Iterable, Mapping
from html import escape

from crossroads.decisions.model import Advice, Change, Kind, Rejected
from crossroads.site.guide.writer import Writer

_KINDS: Mapping[Kind, str] = {"do": "Do this", "stay": "Stay with this", "avoid": "Do not"}


def stub_html(advice: Advice, writer: Writer) -> str:
    """Return the advice as the guide's page holds it: hidden, to be completed by the script."""
    page = writer.way_to(advice.id)
    return (
        f'<article class="cr-card cr-advice" data-card="{advice.id}" data-page="{page}" hidden>'
        f'{_kind(advice)}<h2 class="cr-card__title">{writer.text(advice.title)}</h2>'
        f"{_recommended(advice, writer)}"
        '<p class="cr-actions">'
        f'<a class="cr-button cr-button--main" href="{page}">The whole answer with the recipe</a> '
        '<button class="cr-button" type="button" data-copy hidden'
        ' data-done="Copied, in Markdown."'
        ' data-failed="This browser does not let a page copy. Here is the record, selected.">'
        "Copy as decision record</button> "
        '<a class="cr-button" href="#" data-compare hidden>Compare with another walk</a> '
        '<span class="cr-actions__said" role="status"></span></p></article>'
    )


def page_html(advice: Advice, writer: Writer, record: str, versions: str) -> str:
    """Return the upper part of the advice's own page, with its title.

    Args:
        advice: What is advised.
        writer: Writes for that page.
        record: Decision record in Markdown, its tokens not yet filled.
        versions: What it was verified with, such as `django 6.1.3, celery 5.7.0`.
    """
    return (
        f'<div class="cr-advice">{_kind(advice)}<h1>{writer.text(advice.title)}</h1>'
        f"{_recommended(advice, writer)}{_now(advice, writer)}"
        f'<p class="cr-advice__way"><a href="{writer.in_guide(advice.id)}">'
        "The questions that lead here</a></p>"
        f"{_symptoms(advice)}"
        f"{_reasons(advice, writer, versions)}"
        f'<template class="cr-advice__record">{escape(record, quote=False)}</template></div>'
    )


def _kind(advice: Advice) -> str:
    return f'<p class="cr-kind cr-kind--{advice.kind}">{_KINDS[advice.kind]}</p>'


def _recommended(advice: Advice, writer: Writer) -> str:
    return f'<p class="cr-advice__recommend">{writer.text(advice.recommend)}</p>'


def _now(advice: Advice, writer: Writer) -> str:
    return (
        f'<div class="cr-advice__now"><p>{writer.text(advice.why)}</p>'
        '<p class="cr-advice__first"><span class="cr-label">First step</span> '
        f"{writer.text(advice.first)}</p></div>"
    )


def _symptoms(advice: Advice) -> str:
    met = "".join(f"<li>{escape(symptom)}</li>" for symptom in advice.symptoms)
    return (
        '<div class="cr-symptoms"><p class="cr-label" id="cr-symptoms">You may have met</p>'
        f'<ul role="list" aria-labelledby="cr-symptoms">{met}</ul></div>'
    )


def _reasons(advice: Advice, writer: Writer, versions: str) -> str:
    changes = (_change(change, writer) for change in advice.changes)
    rejected = (_rejected(option, writer) for option in advice.rejected)
    parts = (
        ("Evidence", _list(map(writer.evidence, advice.evidence)) + _verified(versions)),
        ("What would change this", _list(changes)),
        ("What it costs", _list(map(writer.text, advice.costs))),
        ("Turned down, and why", f'<dl class="cr-rejected">{"".join(rejected)}</dl>'),
        ("For example (an invented case)", f"<p>{writer.text(advice.example)}</p>"),
    )
    html = "".join(f"<section><h2>{name}</h2>{part}</section>" for name, part in parts)
    return f'<div class="cr-advice__reasons">{html}</div>'


def _verified(versions: str) -> str:
    return f'<p class="cr-versions">Versions: {escape(versions)}</p>' if versions else ""


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _change(change: Change, writer: Writer) -> str:
    when = writer.text(change.when)
    if not change.to:
        return when
    return f'{when}: <a href="{writer.way_to(change.to)}">{writer.title(change.to)}</a>'


def _rejected(rejected: Rejected, writer: Writer) -> str:
    evidence = f"<p>{writer.evidence(rejected.evidence)}</p>" if rejected.evidence else ""
    return (
        f"<dt>{writer.text(rejected.option)}</dt>"
        f"<dd><p>{writer.text(rejected.because)}</p>{evidence}</dd>"
    )
