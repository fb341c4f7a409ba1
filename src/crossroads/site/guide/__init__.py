"""The guide as HTML: one outline, which `docs/assets/guide.js` turns into a conversation.

Every text is in the page once, so it reads without a script, prints, and is found by a search.
The script only hides all cards but one, and keeps the answers so far in the address.
"""

import json
from html import escape
from pathlib import Path

from crossroads.decisions.read import read_tree
from crossroads.decisions.render.adr import adr_template
from crossroads.site.findings import guide_sources
from crossroads.site.guide import map as picture
from crossroads.site.guide import options
from crossroads.site.guide.advice import page_html, stub_html
from crossroads.site.guide.places import outline
from crossroads.site.guide.questions import places_html
from crossroads.site.guide.writer import GUIDE, Writer

__all__ = ["SITE", "advice_html", "guide_html", "map_html", "never_html", "options_html"]

SITE = "{{site}}"
"""Token in a decision record for the site's address, which only the browser knows."""

_LIVE_PARTS = (
    "<div data-search-exclude>"
    '<p class="cr-guide__unknown" role="status" data-part="unknown" hidden>'
    "The address goes on with <code></code>, an answer that the guide does not know. "
    "This is as far as it goes.</p>"
    '<p class="cr-held" data-part="held" hidden>You compare with <a href="#"></a>. '
    '<a class="cr-held__stop" href="#">Compare no more</a></p>'
    '<nav class="cr-trail" aria-label="Your answers so far" data-part="trail" hidden>'
    '<ol role="list"></ol></nav>'
    '<p class="cr-progress" id="cr-progress" data-part="progress" hidden>'
    'Question <span data-part="number"></span> of at most <span data-part="most"></span></p></div>'
)
_CONTROLS = (
    '<div class="cr-compare" data-part="compare" role="region" aria-label="Two walks compared"'
    ' tabindex="0" data-search-exclude hidden></div>'
    '<div class="cr-controls" data-part="controls" data-search-exclude hidden>'
    '<a class="cr-controls__back" data-part="back" href="#">Back</a> '
    '<a class="cr-controls__again" data-part="again" href="#">Start again</a> '
    '<label class="cr-controls__keys"><input type="checkbox" data-part="keys" checked> '
    "Number keys choose an answer</label></div>"
    '<details class="cr-find" data-part="map" data-page="map/" data-search-exclude hidden>'
    "<summary>The whole guide, with your way marked</summary><div></div></details>"
)


def guide_html(root: Path) -> str:
    """Return the guide, for `docs/decide/index.md` of the project in `root`."""
    writer = _writer(root, GUIDE)
    advice = "".join(
        stub_html(writer.tree.advice[id_], writer)
        for id_ in writer.outline.first
        if id_ in writer.tree.advice
    )
    return (
        f'<div class="cr-guide" data-root="{writer.tree.root}"'
        f' data-moved="{escape(json.dumps(dict(writer.tree.moved)))}">{_LIVE_PARTS}'
        f"{places_html(writer.outline.top, writer)}"
        # Each advice has a page of its own, which a search should find instead.
        f'<div class="cr-ends" data-search-exclude>{advice}</div>{_CONTROLS}</div>'
    )


def advice_html(root: Path, advice_id: str) -> str:
    """Return the upper part of an advice's page: all but the recipe."""
    writer = _writer(root, f"decide/{advice_id}.md")
    advice = writer.tree.advice[advice_id]
    sources = guide_sources(writer.tree, root, SITE)
    return page_html(advice, writer, adr_template(advice, sources), sources.versions_text(advice))


def map_html(root: Path) -> str:
    """Return the whole guide as a picture."""
    return picture.map_html(_writer(root, picture.PAGE))


def options_html(root: Path) -> str:
    """Return every option with where the guide speaks of it."""
    return options.options_html(_writer(root, options.PAGE))


def never_html(root: Path) -> str:
    """Return what the guide never advises."""
    return options.non_choices_html(_writer(root, options.PAGE))


def _writer(root: Path, page: str) -> Writer:
    tree = read_tree(root / "docs" / "decide")
    return Writer(tree=tree, outline=outline(tree), root=root, page=page)
