"""Thresholds that were chosen, not measured: the guide's rules of thumb, each with its reason.

A page cites a rule as `[about 200](../evidence/rules.md#waits-in-threads)`; the text of the link
is the rule's value. An id never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One threshold that is good sense rather than a measurement."""

    id: str
    """Kebab-case, never changed."""
    says: str
    """What the value is of, in a few words; the heading of its section."""
    value: str
    """As it stands in the prose, such as `about 200`."""
    why: str
    """Why this value: inline Markdown, its links relative to docs/evidence/."""


_RULES = (
    Rule(
        id="waits-in-threads",
        says="Requests that may wait in the threads of a machine",
        value="about 200",
        why="A thread that waits uses no CPU, and memory only for its stack and what its request "
        "holds ([less than a process](index.md#thread-mem), which is not measured yet). So there "
        "is no reason to rewrite views below this. Far above it, each thread may still hold a "
        "database connection, and an event loop holds the waits for less. The value is on the "
        "careful side: it is a place to stop and think, not a place where threads fail.",
    ),
    Rule(
        id="threads-to-start-with",
        says="Threads of a worker, when nothing is known yet",
        value="8",
        why="A page that spends most of its time in the database leaves the GIL free for others, "
        "so a few threads fill a process, and further ones wait for the GIL "
        "([evidence](index.md#cpu-threads)). It is also what the charts of this site were measured "
        "with. Little's law gives a better one as soon as you have figures.",
    ),
    Rule(
        id="headroom",
        says="Threads beyond what Little's law gives",
        value="half as many again",
        why="The law gives a mean, and requests come in bunches. When they come at random, the "
        "number in progress scatters about its mean by the square root of it. From twenty or so "
        "upward, half as many again covers nearly every moment. With fewer, add more.",
    ),
    Rule(
        id="workers-per-core",
        says="Worker processes for each core",
        value="one to two",
        why="A process with the GIL computes on a single core ([evidence](index.md#cpu-proc)). "
        "Where its requests also wait, a second process uses the core meanwhile. "
        "[gunicorn's own advice](https://docs.gunicorn.org/en/stable/design.html#how-many-workers) "
        "is of the same order.",
    ),
    Rule(
        id="core-full",
        says="A core that is used up",
        value="85 %",
        why="In the simplest model of a queue ([M/M/1](https://en.wikipedia.org/wiki/M/M/1_queue)) "
        "a request takes its own time divided by the part that is idle. So near the end each "
        "further percent costs more than the one before, and this is well within the steep part.",
    ),
    Rule(
        id="core-free",
        says="Cores that are not what is short",
        value="60 %",
        why="In the same model the wait for a core is of the order of the work itself here, and "
        "with several cores shorter. So a queue that you see has another reason. Between this and "
        "a core that is used up, look at the cores first.",
    ),
    Rule(
        id="heavy-request",
        says="Computing that belongs in a process of its own",
        value="1 s",
        why="As long as a request computes, its worker's other requests share what the GIL leaves. "
        "A process of its own can have limits, priorities and restarts that a web worker should "
        "not have.",
    ),
    Rule(
        id="long-wait",
        says="A wait that is long",
        value="10 s",
        why="By Little's law even a modest rate then makes as many waits as threads should hold.",
    ),
    Rule(
        id="loop-lag",
        says="An event loop that stands still",
        value="100 ms",
        why="What asyncio's [debug mode](https://docs.python.org/3/library/asyncio-dev.html"
        "#debug-mode) calls slow, so that its log and this guide mean the same. A person notices "
        "it, and it comes on top of whatever else the request does.",
    ),
    Rule(
        id="connections-per-core",
        says="Busy connections for each core of the database",
        value="two to four",
        why="PostgreSQL's wiki [starts from two](https://wiki.postgresql.org/wiki/"
        "Number_Of_Database_Connections), and from a few more for its disks. What is beyond "
        "[waits inside the database](index.md#db-sat).",
    ),
    Rule(
        id="hit-rate",
        says="A cache that is worth its trouble",
        value="one half",
        why="Below it most requests still pay for the page, and for the look-up and the write as "
        "well. Then the page itself is what to mend.",
    ),
    Rule(
        id="many-queries",
        says="Queries of a page that are many",
        value="about 20",
        why="A page that loads its relations ahead needs a query or two for each kind of thing "
        "that it shows, however many rows there are. What is far above has a loop that asks.",
    ),
    Rule(
        id="slow-query",
        says="A query that is slow",
        value="100 ms",
        why="A person notices a wait of this length, and a query that an index serves takes a few "
        "thousandths of it. So one that is this slow has a plan to look at.",
    ),
    Rule(
        id="model-memory",
        says="A model that a web worker may hold",
        value="200 MB",
        why="Every worker holds a copy. At this size a few workers fit into the smallest machines "
        "that are for rent; far above it, the copies are what you pay for.",
    ),
    Rule(
        id="model-time",
        says="Computing that may stay in a web worker",
        value="200 ms",
        why="Below it a request is still answered in a time that feels quick, and a call to "
        "another process, with a token and JSON, is a large part of what it would save.",
    ),
    Rule(
        id="late-enough",
        says="News that may be polled for",
        value="2 s",
        why="A poll comes half its interval late on average and a whole one at worst. Below this, "
        "clients ask so often that an open stream is less work.",
    ),
    Rule(
        id="polls-per-second",
        says="Polls that a small server answers without noticing",
        value="about 100",
        why="An answer that nothing is new is among the cheapest requests that Django serves "
        "([evidence](index.md#base)), so this many are a fraction of a core. Divide the open "
        "clients by the interval to get your own number.",
    ),
    Rule(
        id="jobs-per-second",
        says="Jobs for which any queue is fast enough",
        value="about 50",
        why="Every queue here is said to start more than this with a single worker, so the "
        "choice is about what else it does. That is not measured here yet "
        "([the first of them](index.md#queue-db)).",
    ),
    Rule(
        id="sockets-in-django",
        says="Sockets that Channels is a good home for",
        value="a few thousand",
        why="They are cut at each deployment and come back together, and each costs memory in a "
        "process that also holds your project ([not measured yet](index.md#channels-memory)). "
        "Beyond it a relay that knows nothing of Django is easier to keep up.",
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _RULES}
"""All rules by id."""
