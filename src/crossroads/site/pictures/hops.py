"""The way of one request between the event loop and its thread, drawn from a list of stops."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

_ROW = 20
_LOOP, _THREAD, _LABEL = 30, 96, 112
_HEAD = 22


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One piece of code that a request passes through."""

    label: str
    in_thread: bool
    """Sync code, for which the request leaves the event loop."""


STARTPROJECT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Security", ("request", "response")),
    ("Session", ("request", "response")),
    ("Common", ("request", "response")),
    ("CsrfView", ("request", "view", "response")),
    ("Authentication", ("request",)),
    ("Message", ("request", "response")),
    ("XFrameOptions", ("response",)),
)
"""startproject's middleware without the word Middleware, with the sync methods that each has."""


def way(
    middleware: Iterable[tuple[str, tuple[str, ...]]], *, view_in_thread: bool
) -> tuple[Stop, ...]:
    """Return the stops of one request under ASGI, in order."""
    stack = tuple(middleware)

    def methods(phase: str, names: tuple[tuple[str, tuple[str, ...]], ...]) -> list[Stop]:
        return [
            Stop(label=f"{name}, {phase}", in_thread=True) for name, has in names if phase in has
        ]

    return (
        Stop(label="signal request_started", in_thread=True),
        *methods("request", stack),
        *methods("view", stack),
        Stop(label="your view", in_thread=view_in_thread),
        *methods("response", stack[::-1]),
        Stop(label="close the response", in_thread=True),
    )


def hops(stops: Iterable[Stop]) -> int:
    """Return how often the request goes into its thread and back."""
    return sum(stop.in_thread for stop in stops)


def draw(stops: tuple[Stop, ...]) -> tuple[int, str]:
    """Return the height and the shapes of the way, from top to bottom."""
    bottom = _HEAD + len(stops) * _ROW
    columns = (("loop", _LOOP), ("thread", _THREAD))
    heads = "".join(
        f'<text x="{x}" y="12" text-anchor="middle">{name}</text>' for name, x in columns
    )
    rails = "".join(f'<path class="cr-axis" d="M{x} {_HEAD - 4}V{bottom}"/>' for _, x in columns)
    line = f"M{_LOOP} {_HEAD}" + "".join(
        _stretch(_HEAD + place * _ROW, stop) for place, stop in enumerate(stops)
    )
    dots = "".join(
        _stop(_HEAD + place * _ROW + _ROW // 2, stop) for place, stop in enumerate(stops)
    )
    return bottom + 4, f'{heads}{rails}<path class="cr-way" d="{line}"/>{dots}'


def _stretch(top: int, stop: Stop) -> str:
    turn = f"L{_THREAD} {top + _ROW // 2}" if stop.in_thread else ""
    return f"{turn}L{_LOOP} {top + _ROW}"


def _stop(y: int, stop: Stop) -> str:
    x, place = (_THREAD, "thread") if stop.in_thread else (_LOOP, "loop")
    yours = "cr-yours" if stop.label == "your view" else ""
    return (
        f'<circle class="cr-stop cr-stop--{place}" cx="{x}" cy="{y}" r="4"/>'
        f'<text class="{yours}" x="{_LABEL}" y="{y + 4}">{escape(stop.label)}</text>'
    )
