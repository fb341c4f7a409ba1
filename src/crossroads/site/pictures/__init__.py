"""The pictures of the chapters, worked out from data: who waits for whom.

A picture is no measurement. Its requests and its time are made up, its schedule is not: it
follows from how many threads there are, or from there being one event loop.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from crossroads.site.pictures import hops, lanes
from crossroads.site.pictures.frame import Panel, Picture, html
from crossroads.site.pictures.lanes import Lane, by_loop, by_request, by_thread
from crossroads.site.pictures.schedule import Kind, Request, Stay, simulate

_THREADS = 3
_SLOW = ((Kind.RUN, 2), (Kind.WAIT, 11), (Kind.RUN, 2))
_QUICK = ((Kind.RUN, 2),)
_BLOCKING = ((Kind.RUN, 2), (Kind.BLOCK, 11), (Kind.RUN, 2))

REQUESTS = (
    Request(name="A", arrives=0, steps=_SLOW),
    Request(name="B", arrives=2, steps=_SLOW),
    Request(name="C", arrives=4, steps=_SLOW),
    Request(name="D", arrives=6, steps=_SLOW),
    Request(name="E", arrives=8, steps=_QUICK),
    Request(name="F", arrives=9, steps=_SLOW),
)
"""Five requests that wait for another service, and a quick one, E, that needs only to run."""

ONE_BLOCKS = tuple(
    Request(name=r.name, arrives=r.arrives, steps=_BLOCKING if r.name == "B" else r.steps)
    for r in REQUESTS
)
"""The same, but B waits without giving the event loop back."""

_QUERY = ((Kind.RUN, 1), (Kind.WAIT, 6), (Kind.RUN, 1))
QUERIES = tuple(Request(name=name, arrives=0, steps=_QUERY) for name in "ABCDE")
"""Five queries that one async view has gathered."""

_LATER = 4
TAKEN = (
    (
        Request(name="A", arrives=0, steps=_SLOW),
        Request(name="B", arrives=1, steps=_SLOW),
        Request(name="D", arrives=1 + _LATER, steps=_QUICK),
    ),
    (
        Request(name="C", arrives=_LATER, steps=_QUICK),
        Request(name="E", arrives=2 * _LATER, steps=_QUICK),
    ),
)
"""Requests by the worker process that has accepted them, which nobody chose."""
ALL_TAKEN = tuple(sorted((r for taken in TAKEN for r in taken), key=lambda r: r.arrives))

_KEY = {
    Kind.RUN: "runs Python",
    Kind.WAIT: "waits for another service",
    Kind.TURN: "waits until another request stops running",
    Kind.QUEUE: "waits for a thread, in the queue",
    Kind.BLOCK: "waits and blocks the event loop",
}
_KEPT = ("kept", "thread kept, doing nothing")
_READING = (
    "Six requests, A to F, arrive one after the other. Five ask another service and wait for its "
    "answer; E only runs."
)


def wsgi_picture() -> str:
    """Return the requests in a worker with few threads, and in one with enough, as HTML."""
    few, enough = simulate(REQUESTS, threads=_THREADS), simulate(REQUESTS, threads=len(REQUESTS))
    ticks = _end(few, enough)
    return html(
        Picture(
            name="picture-wsgi",
            title="WSGI: a request has a thread, or it waits for one",
            reading=f"{_READING} Both workers meet the same requests.",
            key=_key(Kind.RUN, Kind.WAIT, Kind.TURN, Kind.QUEUE),
            panels=(
                Panel(
                    name="wsgi-few",
                    title="A worker with three threads",
                    words=f"{_queued(few)} Even the quick request E queues, behind slow ones.",
                    draw=_drawing(by_thread(few), ticks),
                ),
                Panel(
                    name="wsgi-enough",
                    title="A worker with a thread for each",
                    words=f"{_queued(enough)} The threads wait side by side and run in turns.",
                    draw=_drawing(by_thread(enough), ticks),
                ),
            ),
        )
    )


def asgi_picture() -> str:
    """Return the requests as sync views, as async views, and with a blocking call, as HTML."""
    free, blocked = simulate(REQUESTS), simulate(ONE_BLOCKS)
    ticks = _end(free, blocked)
    return html(
        Picture(
            name="picture-asgi",
            title="ASGI: nobody queues, and one view can stop all",
            reading=f"{_READING} Each panel is a server process; middleware is left out.",
            key=(*_key(Kind.RUN, Kind.WAIT, Kind.TURN, Kind.BLOCK), _KEPT),
            panels=(
                Panel(
                    name="asgi-sync",
                    title="Sync views: a new thread for each",
                    words=f"{_queued(free)} Each request has a thread of its own, so there are as "
                    "many as requests in progress.",
                    draw=_drawing(by_request(free, label="thread"), ticks),
                ),
                Panel(
                    name="asgi-async",
                    title="Async views: an event loop, and a thread for each",
                    words=f"{_queued(free)} The event loop runs the views in turns while others "
                    "wait. Each request also keeps a thread that does nothing.",
                    draw=_drawing(by_loop(free), ticks),
                ),
                Panel(
                    name="asgi-block",
                    title="Async views, and B blocks",
                    words="While B waits without giving the event loop back, nothing else runs: "
                    f"{_listed(_stalled(blocked))} stand still until B is done.",
                    draw=_drawing(by_loop(blocked), ticks),
                ),
            ),
        )
    )


def gather_picture() -> str:
    """Return gathered queries in the request's thread, and in a branch each, as HTML."""
    one, each = simulate(QUERIES, threads=1), simulate(QUERIES)
    ticks = _end(one, each)
    return html(
        Picture(
            name="picture-gather",
            title="Five queries that one view gathers",
            reading="The queries A to E are started together by asyncio.gather. Time goes to the "
            "right; both panels have the same scale.",
            key=(
                (Kind.RUN, "runs Python"),
                (Kind.WAIT, "waits for the database"),
                (Kind.TURN, "waits until another stops running"),
                (Kind.QUEUE, "waits for the thread of the request"),
            ),
            panels=(
                Panel(
                    name="gather-one",
                    title="As Django does it: in the thread of the request",
                    words=f"{_listed([stay.name for stay in one if stay.has_queued])} queue for "
                    "the only thread, and so for the only connection.",
                    draw=_drawing(by_thread(one), ticks),
                ),
                Panel(
                    name="gather-each",
                    title="In a context with an executor for each",
                    words="No query queues: each branch has a thread and a connection of its own.",
                    draw=_drawing(by_request(each, label="branch"), ticks),
                ),
            ),
        )
    )


def queues_picture() -> str:
    """Return requests in two workers with a queue each, and in one with as many threads."""
    each = [simulate(taken, threads=_THREADS - 1) for taken in TAKEN]
    one = simulate(ALL_TAKEN, threads=2 * (_THREADS - 1))
    ticks = _end(*each, one)
    of_each = (*_of_worker(1, each[0]), *_of_worker(2, each[1]))
    return html(
        Picture(
            name="picture-queues",
            title="gthread: each worker process has a queue of its own",
            reading="A and B ask another service and wait; C, D and E only run. Both panels have "
            "four threads and meet the same requests.",
            key=_key(Kind.RUN, Kind.WAIT, Kind.TURN, Kind.QUEUE),
            panels=(
                Panel(
                    name="queues-two",
                    title="Two worker processes, two threads each",
                    words="Worker 1 has taken A, B and D, worker 2 has taken C and E. "
                    f"{_queued([stay for stays in each for stay in stays])} Nobody gives "
                    "it to the worker that is idle.",
                    draw=_drawing(of_each, ticks),
                ),
                Panel(
                    name="queues-one",
                    title="One worker process, four threads",
                    words=_queued(one),
                    draw=_drawing(by_thread(one), ticks),
                ),
            ),
        )
    )


def _of_worker(number: int, stays: Sequence[Stay]) -> tuple[Lane, ...]:
    """Return the lanes of one of several worker processes, idle threads too."""
    lanes_of = {lane.label: lane for lane in by_thread(stays)}
    names = {"queue": f"queue {number}", "thread 1": f"thread {number}a"}
    names["thread 2"] = f"thread {number}b"
    idle = {name: Lane(label=name, bars=()) for name in names if name != "queue"}
    return tuple(
        replace(lane, label=names[name]) for name, lane in sorted({**idle, **lanes_of}.items())
    )


def _key(*kinds: Kind) -> tuple[tuple[str, str], ...]:
    return tuple((kind, _KEY[kind]) for kind in kinds)


def _drawing(found: tuple[Lane, ...], ticks: int) -> Callable[[int], tuple[int, str]]:
    return lambda width: lanes.draw(found, width, ticks=ticks)


def _end(*schedules: Sequence[Stay]) -> int:
    return max(stay.held[1] for schedule in schedules for stay in schedule)


def _queued(stays: Sequence[Stay]) -> str:
    names = [stay.name for stay in stays if stay.has_queued]
    if not names:
        return "No request waits in a queue."
    return f"{_listed(names)} wait{'s' if len(names) == 1 else ''} in the queue."


def _stalled(stays: Sequence[Stay]) -> list[str]:
    """Return who could have run while another request blocked the loop."""
    spans = [(stay.name, span) for stay in stays for span in stay.spans]
    blocks = [span for _, span in spans if span.kind == Kind.BLOCK]
    waits = [(name, span) for name, span in spans if span.kind == Kind.TURN]
    stalled = (n for n, w in waits for b in blocks if w.start < b.end and b.start < w.end)
    return list(dict.fromkeys(stalled))


def _listed(names: Sequence[str]) -> str:
    """Return names as people list them.

    >>> _listed(["A", "C", "D"])
    'A, C and D'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def hops_picture() -> str:
    """Return the way of a request through the middleware under ASGI, with and without, as HTML."""
    full = hops.way(hops.STARTPROJECT, view_in_thread=False)
    bare = hops.way((), view_in_thread=False)
    return html(
        Picture(
            name="picture-hops",
            title="ASGI: the way of one request",
            reading="From top to bottom, for an async view. Each turn to the right is a hop: the "
            "request leaves the event loop for its thread, and comes back.",
            key=(("loop", "on the event loop"), ("thread", "sync code in the request's thread")),
            panels=(
                Panel(
                    name="hops-full",
                    title="startproject's middleware",
                    words=f"With startproject's middleware {hops.hops(full)} hops: a hop for each "
                    "sync method of each middleware.",
                    draw=lambda _: hops.draw(full),
                ),
                Panel(
                    name="hops-bare",
                    title="No middleware",
                    words=f"Without middleware {hops.hops(bare)} hops are left, which Django makes "
                    "for every request.",
                    draw=lambda _: hops.draw(bare),
                ),
            ),
            is_beside=True,
        )
    )


PICTURES: Mapping[str, Callable[[], str]] = {
    "picture-wsgi": wsgi_picture,
    "picture-asgi": asgi_picture,
    "picture-hops": hops_picture,
    "picture-gather": gather_picture,
    "picture-queues": queues_picture,
}
"""Name of a live line to what makes its HTML."""
