"""The whole guide as a picture: each question once, its answers as branches, to the right.

A branch that leads to a question drawn elsewhere ends in a reference to it. So no two lines
cross, and a walk that passes a reference goes on where the question stands.

Links are written `xlink:href`: Material sets the `href` of every element that has one when it puts
a page in, and that of a link in an SVG cannot be set.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from crossroads.decisions.render.inline import plain
from crossroads.site.guide.places import Place
from crossroads.site.guide.writer import Writer

PAGE = "decide/map.md"

_COLUMN, _ROW = 208, 21
_LABEL = 64
"""Room for an answer's id, between its question and what follows."""
_LAST = 250
"""Room for the longest title of advice, in the column in which it stands."""
_TOP = 14


@dataclass(frozen=True, kw_only=True)
class _Branch:
    """An answer on the picture."""

    edge: str
    """Question and answer, such as `slow:load`."""
    said: str
    end: tuple[float, float]
    shape: str
    """What stands at its end, as SVG."""


def map_html(writer: Writer) -> str:
    """Return the guide as an SVG, for a page of its own."""
    drawing = _Drawing(writer)
    y = drawing.place(writer.outline.top, 0)
    shapes = drawing.node(writer.outline.top, 0, y) + "".join(drawing.shapes)
    width, height = drawing.right, drawing.rows * _ROW + 2 * _TOP
    return (
        '<div class="cr-map__scroll" tabindex="0" role="region"'
        ' aria-label="The whole guide as a picture">'
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cr-map" role="group"'
        f' aria-label="Every question of the guide with its answers, and the advice they lead to"'
        f' width="{width}" height="{height}" viewBox="0 0 {width} {height}">{shapes}</svg></div>'
    )


class _Drawing:
    """Lays the questions out from the left, and gives each end of a branch a row of its own."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.rows = 0
        self.right = 0
        self.shapes: list[str] = []

    def place(self, place: Place, depth: int) -> float:
        """Draw what is to the right of a question, and return its own height."""
        branches = list(self._branches(place, depth))
        y = branches[0].end[1]  # so that the first question is at the top, where reading begins
        x = depth * _COLUMN + _width(place.question.topic)
        for branch in branches:
            self.shapes.append(_drawn(branch, (x, y)))
        return y

    def _branches(self, place: Place, depth: int) -> Iterator[_Branch]:
        x = (depth + 1) * _COLUMN
        for answer in place.question.answers:
            below = place.below.get(answer.id)
            if below:
                y = self.place(below, depth + 1)
                shape = self.node(below, depth + 1, y)
            else:
                y = self._row()
                shape = self._end(answer.next, x, y)
                self.right = max(self.right, x + _LAST)
            yield _Branch(
                edge=f"{place.question.id}:{answer.id}",
                said=answer.id,
                end=(x, y),
                shape=shape,
            )

    def node(self, place: Place, depth: int, y: float) -> str:
        """Return a question's own shape."""
        question = place.question
        x, href = depth * _COLUMN, self.writer.in_guide(question.id)
        return (
            f'<a class="cr-map__question" data-node="{question.id}" xlink:href="{href}">'
            f"<title>{escape(plain(question.ask))}</title>"
            f'<rect x="{x}" y="{y - 10:.1f}" width="{_width(question.topic)}" height="20" rx="4"/>'
            f'<text x="{x + 7}" y="{y + 4:.1f}">{escape(question.topic)}</text></a>'
        )

    def _end(self, target: str, x: float, y: float) -> str:
        tree, writer = self.writer.tree, self.writer
        if target in tree.advice:
            kind, href, text = "advice", writer.way_to(target), writer.title(target)
        else:
            kind, href = "elsewhere", writer.in_guide(target)
            text = f"→ {escape(tree.questions[target].topic)}"
        return (
            f'<a class="cr-map__{kind}" data-end="{target}" xlink:href="{href}">'
            f'<text x="{x + 4}" y="{y + 4:.1f}">{text}</text></a>'
        )

    def _row(self) -> float:
        self.rows += 1
        return _TOP + (self.rows - 0.5) * _ROW


def _drawn(branch: _Branch, start: tuple[float, float]) -> str:
    (x0, y0), (x1, y1) = start, branch.end
    bend, middle = x1 - _LABEL - 4, (x0 + x1 - _LABEL - 4) / 2
    return (
        f'<g class="cr-map__branch" data-edge="{branch.edge}">'
        f'<path d="M{x0} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {bend} {y1:.1f}'
        f'H{x1}"/><text x="{x1 - 4}" y="{y1 - 3:.1f}" text-anchor="end">{branch.said}</text>'
        f"{branch.shape}</g>"
    )


def _width(topic: str) -> int:
    # A character of the picture's font is about this wide; the page's style sheet sets its size.
    return 18 + round(5.5 * len(topic))
