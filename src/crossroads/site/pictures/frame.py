"""The frame of a picture: title, how to read it, key, and a panel for each drawing.

Each drawing is made twice, for wide and for narrow places, as the charts are; their colors are
in docs/assets/pictures.css.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

WIDE, NARROW = 660, 320
"""Widths of a drawing; the style sheet shows the one that fits."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One drawing, and the same in words."""

    name: str
    """Unique on the page; prefix of its ids."""
    title: str
    """What is drawn, as a heading."""
    words: str
    """What the drawing shows, in one or two sentences."""
    draw: Callable[[int], tuple[int, str]]
    """Takes `WIDE` or `NARROW`, gives the height and the shapes."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One or more panels that are read together."""

    name: str
    """Id on the page."""
    title: str
    reading: str
    """How to read it."""
    key: tuple[tuple[str, str], ...]
    """Suffix of the CSS class, and what it means."""
    panels: tuple[Panel, ...]
    is_beside: bool = False
    """Panels stand beside each other where there is room."""


def html(picture: Picture) -> str:
    """Return the picture as a figure."""
    name = picture.name
    entries = "".join(
        f'<li><span class="cr-swatch cr-swatch--{kind}" aria-hidden="true"></span>{escape(text)}'
        "</li>"
        for kind, text in picture.key
    )
    beside = " cr-panels--beside" if picture.is_beside else ""
    panels = "".join(_panel(panel, is_narrow=picture.is_beside) for panel in picture.panels)
    return (
        f'<figure class="cr-figure cr-picture" id="{name}" aria-labelledby="{name}-head">'
        f'<figcaption class="cr-figure__head"><span class="cr-figure__title" id="{name}-head">'
        f"{escape(picture.title)}</span>"
        f'<span class="cr-figure__reading">{escape(picture.reading)}</span></figcaption>'
        f'<ul class="cr-keys">{entries}</ul><div class="cr-panels{beside}">{panels}</div></figure>'
    )


def _panel(panel: Panel, *, is_narrow: bool) -> str:
    if is_narrow:
        pictures = _svg(panel, NARROW)
    else:
        pictures = "".join(
            f'<div class="cr-{kind}">{_svg(panel, width)}</div>'
            for kind, width in (("wide", WIDE), ("narrow", NARROW))
        )
    return (
        f'<div class="cr-lane"><p class="cr-lane__name">{escape(panel.title)}</p>'
        f"<div data-search-exclude>{pictures}</div>"
        f'<p class="cr-caption">{escape(panel.words)}</p></div>'
    )


def _svg(panel: Panel, width: int) -> str:
    name = f"{panel.name}-{width}"
    height, shapes = panel.draw(width)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cr-svg cr-picture__svg" role="img" '
        f'viewBox="0 0 {width} {height}" style="max-width:{width * 1.2:.0f}px" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{escape(panel.title)}</title>'
        f'<desc id="{name}-desc">{escape(panel.words)}</desc>{shapes}</svg>'
    )
