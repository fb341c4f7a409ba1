"""A schedule worked out tick by tick: who runs, who waits, and for what.

Small on purpose. There is one processor, which stands for the GIL of a process or for its event
loop. It is given in the order in which it was asked for, and kept until the request waits for
something else or is done.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, groupby


class Kind(StrEnum):
    """What happens to a request in one tick."""

    QUEUE = "queue"
    """It has no thread yet."""
    TURN = "turn"
    """It could run, but another request has the processor."""
    RUN = "run"
    """It runs Python."""
    WAIT = "wait"
    """It waits for something outside, and others may run."""
    BLOCK = "block"
    """It waits for something outside, and keeps the processor."""


_ON_PROCESSOR = frozenset({Kind.RUN, Kind.BLOCK})


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it will be drawn."""

    name: str
    """One letter."""
    arrives: int
    """Tick of its arrival."""
    steps: tuple[tuple[Kind, int], ...]
    """What it does, in order, and for how many ticks."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of one kind; `end` is the first tick after it."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Stay:
    """What became of one request, from its arrival to its answer."""

    name: str
    thread: int
    """Number of the thread that held it, from 1."""
    spans: tuple[Span, ...]

    @property
    def held(self) -> tuple[int, int]:
        """Return from when to when it held its thread."""
        inside = [span for span in self.spans if span.kind != Kind.QUEUE]
        return inside[0].start, inside[-1].end

    @property
    def has_queued(self) -> bool:
        """Return whether it waited for a thread."""
        return self.spans[0].kind == Kind.QUEUE


def simulate(requests: Iterable[Request], *, threads: int | None = None) -> tuple[Stay, ...]:
    """Return what becomes of each request, in the order of arrival.

    Args:
        requests: Those that come at the same tick are served in the order given.
        threads: How many requests may be inside at once; None for no bound.
    """
    everyone = [_Progress(request) for request in sorted(requests, key=lambda r: r.arrives)]
    running: _Progress | None = None
    tick = 0
    while any(one.steps for one in everyone):
        present = [one for one in everyone if one.request.arrives <= tick and one.steps]
        _admit(present, threads)
        asking = [one for one in present if one.asks]
        if running not in asking:
            # Who has waited longest; of these, who came first.
            running = max(asking, key=lambda one: one.turns, default=None)
        for one in present:
            one.advance(has_processor=one is running)
        tick += 1
    return tuple(one.stay() for one in everyone)


class _Progress:
    """A request on its way."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.thread = 0
        self.steps = list(request.steps)
        self.states: list[Kind] = []
        self.turns = 0

    @property
    def asks(self) -> bool:
        """Whether it needs the processor to go on."""
        return bool(self.thread) and self.steps[0][0] in _ON_PROCESSOR

    def advance(self, *, has_processor: bool) -> None:
        """Spend one tick."""
        if not self.thread:
            self.states.append(Kind.QUEUE)
        elif self.asks and not has_processor:
            self.states.append(Kind.TURN)
            self.turns += 1
        else:
            self._work()

    def _work(self) -> None:
        kind, ticks = self.steps.pop(0)
        self.states.append(kind)
        self.turns = 0
        if ticks > 1:
            self.steps.insert(0, (kind, ticks - 1))

    def stay(self) -> Stay:
        """Return the way as a value."""
        return Stay(name=self.request.name, thread=self.thread, spans=tuple(self._spans()))

    def _spans(self) -> Iterator[Span]:
        start = self.request.arrives
        for kind, ticks in groupby(self.states):
            end = start + len(list(ticks))
            yield Span(kind=kind, start=start, end=end)
            start = end


def _admit(present: list[_Progress], threads: int | None) -> None:
    """Give each free thread to who has queued longest, the lowest number first."""
    taken = {one.thread for one in present}
    free = (number for number in count(1) if number not in taken)
    for one in present:
        if not one.thread and (threads is None or len(taken - {0}) < threads):
            one.thread = next(free)
            taken.add(one.thread)
