"""An Altair chart as inline SVG whose every color is a CSS variable.

One SVG then follows the light and dark schemes without JavaScript, prints, and needs no
network. The page's font is inherited.
"""

import math
import re
from html import escape
from typing import Any

import altair as alt
import vl_convert

INK = "var(--cr-ink)"
MUTED = "var(--cr-muted)"
LINE = "var(--cr-line)"
PAPER = "var(--cr-paper)"
SERIES = tuple(f"var(--cr-series-{number})" for number in (1, 2, 3))

type Chart = alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart

# Lays text out with a real font; the SVG then inherits the page's.
_MEASURED_FONT = "sans-serif"
_SIZE = 12
_THOUSANDS = 10_000

_CONFIG = {
    "font": _MEASURED_FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": True,
        "gridColor": LINE,
        "labelColor": MUTED,
        "labelFontSize": _SIZE,
        "labelPadding": 6,
        "titleColor": INK,
        "titleFontSize": _SIZE,
        "titleFontWeight": "normal",
        "titlePadding": 8,
    },
    "axisY": {"labelColor": INK},
    "title": {"color": INK, "fontSize": _SIZE, "fontWeight": 600, "anchor": "start", "offset": 8},
    "concat": {"spacing": 24},
}


def draw(chart: Chart, *, name: str, title: str, description: str) -> str:
    """Return `chart` as an `<svg>` with its title and description.

    Args:
        chart: What to draw.
        name: Prefix of every id in the SVG; unique on the page.
        title: What the picture shows, in one line.
        description: How to read it.
    """
    # Validating takes longer than drawing, and vl-convert refuses what it does not know.
    spec = chart.to_dict(validate=False)
    # Given on the dict, because Altair's own types know no CSS variables.
    spec["config"] = _CONFIG
    svg = vl_convert.vegalite_to_svg(spec)
    svg = svg.replace(f'font-family="{_MEASURED_FONT}"', 'font-family="inherit"')
    # Vega counts ids on through a process, so they say more of it than of the drawing.
    for place, found in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))):
        svg = re.sub(rf'(id="|url\(#){found}(?=["\)])', rf"\g<1>{name}-{place}", svg)
    # Grid lines and labels that Vega keeps invisible are half of the bytes.
    svg = re.sub(r'<text [^>]*(/>|></text>|opacity="0">[^<]*</text>)', "", svg)
    # A layer of which every figure is missing leaves a group that has nothing to say.
    svg = re.sub(r'<g [^>]*role="graphics-symbol"[^>]*(/>|></g>)', "", svg)
    svg = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", svg)
    view, width = re.findall(r'viewBox="0 0 (([\d.]+) [\d.]+)"', svg)[0]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cr-svg" viewBox="0 0 {view}" '
        f'style="max-width:{float(width) * 1.15:.0f}px" role="graphics-document" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
    )
    return opening + svg.split(">", 1)[1].replace("\n", " ")


def chart_of(rows: list[dict[str, Any]]) -> alt.Chart:
    """Return a chart of `rows`, which it carries inline."""
    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]


def log_domain(values: list[float], *, room: float = 1.3, least: float = 8.0) -> list[float]:
    """Return the ends of a log axis around positive `values`.

    Args:
        values: What must fit; none gives one decade.
        room: Factor left free at both ends.
        least: The axis spans at least this factor, so that noise does not look like news.
    """
    low, high = min(values, default=1.0) / room, max(values, default=10.0) * room
    more = math.sqrt(max(1.0, least * low / high))
    return [low / more, high * more]


def log_ticks(low: float, high: float, *, most: int = 7) -> list[float]:
    """Return round values of the 1-2-5 series within `low` and `high`, few enough to read.

    >>> log_ticks(0.08, 3)
    [0.1, 0.2, 0.5, 1.0, 2.0]
    """
    series = [float(f"{step}e{power}") for power in range(-6, 9) for step in (1, 2, 5)]
    inside = [value for value in series if low <= value <= high]
    if len(inside) <= most:
        return inside
    return [value for value in inside if f"{value:e}".startswith("1")]


def log_axis(field: str, values: list[float], *, title: str | None, ticks: int) -> dict[str, Any]:
    """Return the encoding of `field` on a log axis around `values`, with at most `ticks`."""
    low, high = log_domain(values)
    return {
        "shorthand": f"{field}:Q",
        "title": title,
        "scale": alt.Scale(type="log", domain=[low, high], nice=False),
        "axis": alt.Axis(
            values=log_ticks(low, high, most=ticks), format="~s" if high > _THOUSANDS else "~g"
        ),
    }
