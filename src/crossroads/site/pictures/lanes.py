"""A schedule as lanes over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from crossroads.site.pictures.frame import NARROW, WIDE
from crossroads.site.pictures.schedule import Kind, Span, Stay

_LABELS = {WIDE: 92, NARROW: 62}
_LANE, _BAR, _FOOT = 24, 16, 22
_LEAST = 11
"""A bar narrower than this has no room for a letter."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A span of a request in a lane."""

    name: str
    span: Span


@dataclass(frozen=True, kw_only=True)
class Lane:
    """What happens in one place over time."""

    label: str
    bars: tuple[Bar, ...]
    kept: tuple[int, int] | None = None
    """From when to when a thread is kept here that does nothing."""


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """Where a tick lies in a drawing."""

    left: int
    right: int
    step: float

    def x(self, tick: int) -> float:
        return self.left + tick * self.step


def by_thread(stays: Sequence[Stay]) -> tuple[Lane, ...]:
    """Return a lane for each thread, below the lanes of those who queue for one."""
    threads: dict[int, list[Bar]] = {number: [] for number in sorted({s.thread for s in stays})}
    for stay in stays:
        threads[stay.thread] += [bar for bar in _bars(stay) if bar.span.kind != Kind.QUEUE]
    held = [Lane(label=f"thread {n}", bars=tuple(bars)) for n, bars in threads.items()]
    return (*_queue(stays), *held)


def _queue(stays: Sequence[Stay]) -> Iterator[Lane]:
    """Yield as many lanes as requests queue at once, each bar in the first that is free."""
    rows: list[list[Bar]] = []
    for stay in stays:
        for bar in (bar for bar in _bars(stay) if bar.span.kind == Kind.QUEUE):
            row = next((r for r in rows if r[-1].span.end <= bar.span.start), None)
            if row is None:
                rows.append(row := [])
            row.append(bar)
    for place, row in enumerate(rows):
        yield Lane(label="" if place else "queue", bars=tuple(row))


def by_request(stays: Sequence[Stay], *, label: str) -> tuple[Lane, ...]:
    """Return a lane for each request, such as `thread of A`."""
    return tuple(Lane(label=f"{label} {s.name}", bars=tuple(_bars(s))) for s in stays)


def by_loop(stays: Sequence[Stay]) -> tuple[Lane, ...]:
    """Return the lane of the event loop, and one for each request with the thread it keeps."""
    on_loop = [bar for s in stays for bar in _bars(s) if bar.span.kind in {Kind.RUN, Kind.BLOCK}]
    on_loop.sort(key=lambda bar: bar.span.start)
    views = (
        Lane(
            label=f"view {stay.name}",
            bars=tuple(bar for bar in _bars(stay) if bar not in on_loop),
            kept=stay.held,
        )
        for stay in stays
    )
    return (Lane(label="loop", bars=tuple(on_loop)), *views)


def _bars(stay: Stay) -> list[Bar]:
    return [Bar(name=stay.name, span=span) for span in stay.spans]


def draw(lanes: Sequence[Lane], width: int, *, ticks: int) -> tuple[int, str]:
    """Return the height and the shapes of the lanes.

    Args:
        lanes: From top to bottom.
        width: `WIDE` or `NARROW`.
        ticks: How much time is shown; the same for drawings to be compared.
    """
    left, right = _LABELS[width], width - 1
    scale = _Scale(left=left, right=right, step=(right - left) / ticks)
    drawn = "".join(_lane(lane, place * _LANE, scale) for place, lane in enumerate(lanes))
    base = len(lanes) * _LANE + 4
    axis = (
        f'<path class="cr-axis" d="M{left} {base}H{right}m-5 -3l5 3l-5 3"/>'
        f'<text class="cr-muted" x="{right}" y="{base + 16}" text-anchor="end">time</text>'
    )
    return base + _FOOT, drawn + axis


def _lane(lane: Lane, top: int, scale: _Scale) -> str:
    kept = ""
    if lane.kept:
        start, end = map(scale.x, lane.kept)
        kept = f'<path class="cr-kept" d="M{start:.1f} {top + _LANE - 2.5}H{end:.1f}"/>'
    return (
        f'<text x="0" y="{top + 15}">{escape(lane.label)}</text>'
        f'<path class="cr-rule" d="M{scale.left} {top + _LANE}H{scale.right}"/>'
        f"{''.join(_bar(bar, top + 3, scale) for bar in lane.bars)}{kept}"
    )


def _bar(bar: Bar, top: int, scale: _Scale) -> str:
    kind, x = bar.span.kind, scale.x(bar.span.start)
    width = scale.x(bar.span.end) - x
    rect = (
        f'<rect class="cr-span cr-span--{kind}" x="{x + 0.75:.1f}" y="{top}" '
        f'width="{width - 1.5:.1f}" height="{_BAR}" rx="2"/>'
    )
    if width < _LEAST:
        return rect
    return (
        f'{rect}<text class="cr-letter cr-letter--{kind}" x="{x + width / 2:.1f}" '
        f'y="{top + 12}" text-anchor="middle">{escape(bar.name)}</text>'
    )
