"""Every claim of the site, as values. The prose and the guide cite these ids, and no other.

A claim is written so that it can be false. What a cell is called is in `bench/profiles.py`.
"""

from collections.abc import Mapping

from crossroads.errors import CrossroadsError
from crossroads.evidence.model import Evidence, Measured, Missing, Quantity, Reading, Tested

_GTHREAD = "gunicorn-gthread:sync"


class UnknownEvidenceError(CrossroadsError):
    """Something cites an id that the catalogue does not hold."""


_MEASURED = (
    Evidence(
        id="asgi-alone",
        claim="The same sync view costs an ASGI server more CPU per request than a WSGI server "
        "with threads, so a core serves fewer of them.",
        proof=Measured(
            readings=(
                Reading(
                    name="cpu",
                    says="CPU per request of a trivial sync view with startproject's middleware: "
                    "uvicorn, divided by gthread",
                    figure="cpu_ms",
                    cell="json-middleware:uvicorn:sync:c16",
                    over=f"json-middleware:{_GTHREAD}:c16:t8",
                    at_least=1.3,
                ),
                Reading(
                    name="rate",
                    says="requests per second of the same view: uvicorn, divided by gthread",
                    figure="rate",
                    cell="json-middleware:uvicorn:sync:c16",
                    over=f"json-middleware:{_GTHREAD}:c16:t8",
                ),
                Reading(
                    name="wsgi",
                    says="CPU per request of that view on gthread",
                    figure="cpu_ms",
                    cell=f"json-middleware:{_GTHREAD}:c16:t8",
                ),
                Reading(
                    name="asgi",
                    says="CPU per request of that view on uvicorn",
                    figure="cpu_ms",
                    cell="json-middleware:uvicorn:sync:c16",
                ),
                Reading(
                    name="query",
                    says="CPU per request of a list through the ORM: uvicorn, divided by gthread",
                    figure="cpu_ms",
                    cell="orm-list:uvicorn:sync:c16",
                    over=f"orm-list:{_GTHREAD}:c16:t8",
                ),
            )
        ),
        depends=("django", "asgiref", "uvicorn", "gunicorn"),
    ),
    Evidence(
        id="base",
        claim="On every server a trivial request with startproject's middleware costs a few "
        "milliseconds of CPU at most, so a page that takes far longer has another reason.",
        proof=Measured(
            readings=(
                Reading(
                    name="uvicorn",
                    says="CPU per request on uvicorn, async view",
                    figure="cpu_ms",
                    cell="json-middleware:uvicorn:async:c16",
                    at_most=10.0,
                ),
                Reading(
                    name="uvicorn-sync",
                    says="CPU per request on uvicorn, sync view",
                    figure="cpu_ms",
                    cell="json-middleware:uvicorn:sync:c16",
                    at_most=10.0,
                ),
                Reading(
                    name="gthread",
                    says="CPU per request on gunicorn gthread",
                    figure="cpu_ms",
                    cell=f"json-middleware:{_GTHREAD}:c16:t8",
                    at_most=10.0,
                ),
                Reading(
                    name="sync",
                    says="CPU per request on gunicorn sync",
                    figure="cpu_ms",
                    cell="json-middleware:gunicorn-sync:sync:c16",
                    at_most=10.0,
                ),
                Reading(
                    name="granian",
                    says="CPU per request on granian WSGI",
                    figure="cpu_ms",
                    cell="json-middleware:granian-wsgi:sync:c16:t8",
                    at_most=10.0,
                ),
            )
        ),
        depends=("django", "gunicorn", "uvicorn", "granian"),
    ),
    Evidence(
        id="wait-1",
        claim="One wait takes one user as long under an async view as in a thread.",
        proof=Measured(
            readings=(
                Reading(
                    name="latency",
                    says="mean latency of a view that waits once, one client: async on uvicorn, "
                    "divided by sync on gthread",
                    figure="latency_ms",
                    cell="wait:uvicorn:async:c1",
                    over=f"wait:{_GTHREAD}:c1:t8",
                    at_least=0.8,
                    at_most=1.25,
                ),
                Reading(
                    name="thread",
                    says="mean latency of that view on gthread",
                    figure="latency_ms",
                    cell=f"wait:{_GTHREAD}:c1:t8",
                ),
                Reading(
                    name="async",
                    says="mean latency of that view as an async view on uvicorn",
                    figure="latency_ms",
                    cell="wait:uvicorn:async:c1",
                ),
            )
        ),
        depends=("django", "gunicorn", "uvicorn"),
    ),
    Evidence(
        id="wait-n",
        claim="When more requests wait at once than there are threads, threads stop gaining and "
        "an event loop does not.",
        proof=Measured(
            readings=(
                Reading(
                    name="async",
                    says="requests per second of a waiting view with four times as many clients as "
                    "threads: async on uvicorn, divided by gthread",
                    figure="rate",
                    cell="wait:uvicorn:async:c32",
                    over=f"wait:{_GTHREAD}:c32:t8",
                    at_least=2.0,
                ),
                Reading(
                    name="flat",
                    says="requests per second on gthread: four times as many clients as threads, "
                    "divided by as many clients as threads",
                    figure="rate",
                    cell=f"wait:{_GTHREAD}:c32:t8",
                    over=f"wait:{_GTHREAD}:c8:t8",
                    at_most=1.2,
                ),
                Reading(
                    name="threads",
                    says="requests per second on gthread with all threads waiting",
                    figure="rate",
                    cell=f"wait:{_GTHREAD}:c32:t8",
                ),
                Reading(
                    name="loop",
                    says="requests per second of the async view under the same load",
                    figure="rate",
                    cell="wait:uvicorn:async:c32",
                ),
            )
        ),
        depends=("django", "gunicorn", "uvicorn"),
    ),
    Evidence(
        id="cpu-threads",
        claim="For a view that computes, more threads in one process with the GIL give no more "
        "requests per second than one thread.",
        proof=Measured(
            readings=(
                Reading(
                    name="rate",
                    says="requests per second of a computing view: eight threads, divided by one",
                    figure="rate",
                    cell=f"cpu-cores:{_GTHREAD}:c8:t8",
                    over=f"cpu-cores:{_GTHREAD}:c8:t1",
                    at_most=1.5,
                ),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="cpu-proc",
        claim="For a view that computes, a second process on a second core gives more requests "
        "per second.",
        proof=Measured(
            readings=(
                Reading(
                    name="rate",
                    says="requests per second of a computing view: two processes, divided by one",
                    figure="rate",
                    cell=f"cpu-cores:{_GTHREAD}:c8:t1:w2",
                    over=f"cpu-cores:{_GTHREAD}:c8:t1",
                    at_least=1.3,
                ),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="fastapi",
        claim="On the same server FastAPI answers a trivial request for far less CPU than Django, "
        "and little of that difference is left where the view computes.",
        proof=Measured(
            readings=(
                Reading(
                    name="trivial",
                    says="CPU per trivial request on uvicorn, async, no middleware: Django, "
                    "divided by FastAPI",
                    figure="cpu_ms",
                    cell="json:uvicorn:async:c16",
                    over="json:fastapi:async:c16",
                    at_least=1.3,
                ),
                Reading(
                    name="computing",
                    says="CPU per request of a computing view on uvicorn: Django, divided by "
                    "FastAPI",
                    figure="cpu_ms",
                    cell="cpu:uvicorn:sync:c8",
                    over="cpu:fastapi:sync:c8",
                    at_most=1.5,
                ),
                Reading(
                    name="wsgi",
                    says="CPU per trivial request: Django on granian WSGI without middleware, "
                    "divided by FastAPI on uvicorn",
                    figure="cpu_ms",
                    cell="json:granian-wsgi:sync:c16:t8",
                    over="json:fastapi:async:c16",
                ),
            )
        ),
        depends=("django", "fastapi", "uvicorn"),
    ),
)

_TESTED = (
    Evidence(
        id="asgi-threads",
        claim="Under ASGI each sync view in progress has a thread of its own: the views neither "
        "wait for each other nor does anything bound the threads.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="threads",
                    says="OS threads of the server with all requests in progress",
                    unit="threads",
                ),
                Quantity(name="requests", says="requests in progress at once", unit="requests"),
                Quantity(name="idle", says="OS threads of the idle server", unit="threads"),
            )
        ),
        depends=("django", "asgiref", "uvicorn"),
    ),
    Evidence(
        id="async-thread",
        claim="Under ASGI an async view in progress keeps a thread too, even without middleware, "
        "though nothing of the view runs in it.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="threads",
                    says="OS threads of the server with all requests in progress",
                    unit="threads",
                ),
                Quantity(name="requests", says="async views in progress at once", unit="requests"),
            )
        ),
        depends=("django", "asgiref", "uvicorn"),
    ),
    Evidence(
        id="asgi-hops",
        claim="Under ASGI startproject's middleware sends each request into a thread and back many "
        "times; without middleware few of these hops remain.",
        proof=Tested(
            quantities=(
                Quantity(name="sync", says="hops of a sync view with middleware", unit="hops"),
                Quantity(name="async", says="hops of an async view with middleware", unit="hops"),
                Quantity(name="bare-sync", says="hops of a sync view without it", unit="hops"),
                Quantity(name="bare-async", says="hops of an async view without it", unit="hops"),
                Quantity(name="threads", says="threads started for one request", unit="threads"),
                Quantity(
                    name="innermost",
                    says="hops of an async view with one more middleware, only sync, innermost",
                    unit="hops",
                ),
                Quantity(name="outermost", says="the same, outermost", unit="hops"),
            )
        ),
        depends=("django", "asgiref"),
    ),
    Evidence(
        id="loop-block",
        claim="One blocking call in an async view stops every other request of the process until "
        "it returns.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="answered",
                    says="requests answered while the call blocks",
                    unit="requests",
                ),
                Quantity(name="waiting", says="requests sent meanwhile", unit="requests"),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="async-wsgi",
        claim="Under WSGI an async view overlaps its own waits with asyncio.gather.",
        proof=Tested(
            quantities=(
                Quantity(name="calls", says="calls in progress at once", unit="calls"),
                Quantity(name="threads", says="threads started for the request", unit="threads"),
            )
        ),
        depends=("django", "asgiref", "gunicorn"),
    ),
    Evidence(
        id="asgi-conns",
        claim="Under ASGI each sync view in progress that asks the database holds a connection of "
        "its own, and with CONN_MAX_AGE it outlives the request; under WSGI the threads bound "
        "the connections, under ASGI a pool does.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="asgi", says="connections under ASGI without a pool", unit="connections"
                ),
                Quantity(name="requests", says="requests in progress at once", unit="requests"),
                Quantity(
                    name="wsgi", says="connections under gthread without a pool", unit="connections"
                ),
                Quantity(
                    name="pool", says="connections under ASGI with a pool", unit="connections"
                ),
                Quantity(
                    name="left",
                    says="connections still open under ASGI with CONN_MAX_AGE after their requests",
                    unit="connections",
                ),
            )
        ),
        depends=("django", "asgiref", "psycopg", "psycopg-pool"),
    ),
    Evidence(
        id="asgi-limit",
        claim="With --limit-concurrency uvicorn refuses what comes beyond it at once with status "
        "503, and an open connection counts, whether or not a request is in progress on it.",
        proof=Tested(
            quantities=(
                Quantity(name="refused", says="requests refused with 503", unit="requests"),
                Quantity(name="limit", says="limit that was set", unit="requests"),
                Quantity(
                    name="requests", says="requests sent before any has ended", unit="requests"
                ),
            )
        ),
        depends=("uvicorn",),
    ),
    Evidence(
        id="stream-sync",
        claim="Under ASGI a response that streams from a sync iterator is collected whole before "
        "its first byte is sent; from an async iterator it streams.",
        proof=Tested(
            quantities=(
                Quantity(name="sync", says="parts sent before the last one is made, sync iterator"),
                Quantity(
                    name="async", says="parts sent before the last one is made, async iterator"
                ),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="disconnect",
        claim="When the client leaves, an async view under ASGI is canceled, and a sync view runs "
        "to its end.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="async", says="carriers that an async view asks, left at the first of five"
                ),
                Quantity(name="sync", says="carriers that a sync view asks, left at the first"),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="gather-orm",
        claim="Queries that one async view gathers run one after another, in one thread on one "
        "connection.",
        proof=Tested(
            quantities=(
                Quantity(name="queries", says="queries gathered", unit="queries"),
                Quantity(name="at-once", says="most queries in progress at once"),
                Quantity(name="threads", says="threads that they ran in", unit="threads"),
            )
        ),
        depends=("django", "asgiref"),
    ),
    Evidence(
        id="fan-out",
        claim="Calls of one page that do not need each other are all in progress at once with "
        "asyncio.gather or a pool of threads, under WSGI as well, and one at a time when they "
        "stand one below the other.",
        proof=Tested(
            quantities=(
                Quantity(name="calls", says="calls that the page makes", unit="calls"),
                Quantity(
                    name="gather", says="in progress at once with asyncio.gather", unit="calls"
                ),
                Quantity(
                    name="pool", says="in progress at once with a pool of threads", unit="calls"
                ),
                Quantity(
                    name="row",
                    says="most in progress at once, one below the other, awaited or not",
                    unit="calls",
                ),
            )
        ),
        depends=("django", "asgiref", "gunicorn", "httpx"),
    ),
    Evidence(
        id="db-n1",
        claim="A list that asks for each row's relations one by one needs queries for each row; "
        "loaded ahead, it needs as many for any number of rows.",
        proof=Tested(
            quantities=(
                Quantity(name="queries", says="queries of the list, one by one", unit="queries"),
                Quantity(name="rows", says="rows of the list, with three relations each"),
                Quantity(name="ahead", says="queries, loaded ahead", unit="queries"),
            )
        ),
        depends=("django",),
    ),
    Evidence(
        id="ts-false",
        claim="A query with thread_sensitive=False opens a connection in a thread of its own, "
        "which no request closes.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="left", says="connections open after their requests", unit="connections"
                ),
                Quantity(name="requests", says="requests in progress at once", unit="requests"),
                Quantity(
                    name="own",
                    says="connections left by queries in the threads of the requests",
                    unit="connections",
                ),
            )
        ),
        depends=("django", "asgiref", "uvicorn", "psycopg"),
    ),
    Evidence(
        id="async-backend",
        claim="With django-async-backend, queries that one view gathers, each in "
        "async_new_connection, wait in PostgreSQL at once on a connection of the pool each, with "
        "no thread for any of them, and give all connections back; gathered without it, all but "
        "one raise RuntimeError.",
        proof=Tested(
            quantities=(
                Quantity(name="queries", says="queries that one view gathers", unit="queries"),
                Quantity(
                    name="connections", says="connections that wait at once", unit="connections"
                ),
                Quantity(
                    name="threads",
                    says="threads more than with a single query in progress",
                    unit="threads",
                ),
            )
        ),
        depends=("django", "psycopg", "psycopg-pool", "uvicorn", "django-async-backend"),
    ),
    Evidence(
        id="timeout",
        claim="A service that hangs takes every worker thread when calls have no time-out, and "
        "none for long when they have one.",
        proof=Tested(
            quantities=(
                Quantity(name="threads", says="worker threads", unit="threads"),
                Quantity(name="held", says="threads held without a time-out", unit="threads"),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="gunicorn-timeout",
        claim="gunicorn's timeout ends a slow request of a sync worker and does not end one of a "
        "gthread worker.",
        proof=Tested(),
        depends=("gunicorn",),
    ),
    Evidence(
        id="slow-client",
        claim="A client that reads slowly holds a sync worker for as long as it reads.",
        proof=Tested(),
        depends=("gunicorn",),
    ),
    Evidence(
        id="idle-connection",
        claim="Connections that are open and silent hold the threads of gthread, and a request "
        "behind them waits.",
        proof=Tested(
            quantities=(
                Quantity(name="threads", says="worker threads", unit="threads"),
                Quantity(
                    name="silent", says="silent connections that held them", unit="connections"
                ),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="granian-threads",
        claim="Without --blocking-threads a granian WSGI worker runs far more requests at once "
        "than a database has connections to spare.",
        proof=Tested(
            quantities=(
                Quantity(name="requests", says="requests in progress at once", unit="requests"),
                Quantity(name="bounded", says="in progress with the option set", unit="requests"),
            )
        ),
        depends=("granian",),
    ),
    Evidence(
        id="profile",
        claim="py-spy names the function that uses the CPU, in a server whose code is as it was.",
        proof=Tested(),
        depends=("py-spy",),
    ),
    Evidence(
        id="ft-gil",
        claim="On a free-threaded Python an extension that is not marked as safe switches the GIL "
        "on again, and an import check finds it.",
        proof=Tested(),
        depends=(),
    ),
    Evidence(
        id="job-lock",
        claim="Two jobs of Procrastinate with the same lock never run at once.",
        proof=Tested(
            quantities=(
                Quantity(name="running", says="jobs with the same lock in progress", unit="jobs"),
                Quantity(
                    name="deferred", says="jobs deferred with that lock, two workers", unit="jobs"
                ),
                Quantity(
                    name="others", says="jobs without a lock in progress meanwhile", unit="jobs"
                ),
            )
        ),
        depends=("django", "psycopg", "procrastinate"),
    ),
    Evidence(
        id="chord",
        claim="A chord of Celery ends even when one of its parts fails and is tried again, with "
        "its results in Redis.",
        proof=Tested(
            quantities=(
                Quantity(name="parts", says="parts that were done in the end"),
                Quantity(name="again", says="times that a part was tried again"),
                Quantity(name="ended", says="times that the last job ran"),
            )
        ),
        depends=("django", "psycopg", "celery"),
    ),
    Evidence(
        id="thread-view",
        claim="A thread that a view starts is lost when its worker restarts; a job in a queue is "
        "not.",
        proof=Tested(
            quantities=(
                Quantity(name="orders", says="labels that were ordered, half of them in a thread"),
                Quantity(name="lost", says="labels that a restart lost"),
            )
        ),
        depends=("django", "gunicorn", "django-tasks-db"),
    ),
    Evidence(
        id="cron-lock",
        claim="Of two starts of the same scheduled command, one runs and the other leaves at once.",
        proof=Tested(
            quantities=(
                Quantity(name="starts", says="starts of the command, the first still at its work"),
                Quantity(name="runs", says="starts that did the work"),
            )
        ),
        depends=("django", "psycopg"),
    ),
    Evidence(
        id="channels-loss",
        claim="Messages beyond the capacity of a channel layer are dropped, and the sender is not "
        "told; the layer on Redis pub/sub has no capacity.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="sent", says="messages sent to a group that reads none", unit="messages"
                ),
                Quantity(
                    name="arrived", says="that arrived through the core layer", unit="messages"
                ),
                Quantity(
                    name="pubsub", says="that arrived through the pub/sub layer", unit="messages"
                ),
            )
        ),
        depends=("channels", "channels-redis"),
    ),
    Evidence(
        id="channels-thread",
        claim="All sync work of all consumers of a process runs in one thread, one piece after "
        "another, unless the application gives their sockets threads of their own.",
        proof=Tested(
            quantities=(
                Quantity(name="sockets", says="sockets with a message each", unit="sockets"),
                Quantity(name="threads", says="threads that did their work", unit="threads"),
                Quantity(
                    name="spread",
                    says="threads that did it with the sockets spread over them",
                    unit="threads",
                ),
            )
        ),
        depends=("channels", "asgiref"),
    ),
    Evidence(
        id="ws-token",
        claim="The relay lets in only who has a token that Django signed, for as long as it is "
        "valid.",
        proof=Tested(),
        depends=(),
    ),
    Evidence(
        id="sse-resume",
        claim="With Last-Event-ID a client that was cut off gets every event that it missed.",
        proof=Tested(
            quantities=(
                Quantity(name="missed", says="events while the server of the stream was away"),
                Quantity(name="got", says="of those, sent when the client was back"),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="sse-listen",
        claim="One listener for each process serves all of its streams; a listener for each client "
        "costs a connection for each.",
        proof=Tested(
            quantities=(
                Quantity(name="streams", says="open streams of a process", unit="streams"),
                Quantity(
                    name="shared",
                    says="connections that listen for them, one for the process",
                    unit="connections",
                ),
                Quantity(
                    name="own",
                    says="connections that listen where each stream does so itself",
                    unit="connections",
                ),
            )
        ),
        depends=("django", "uvicorn", "redis"),
    ),
)


def _open(evidence_id: str, claim: str, missing: str) -> Evidence:
    return Evidence(id=evidence_id, claim=claim, proof=Missing(what=missing))


_OPEN = (
    _open(
        "async-mw",
        "One sync-only middleware above an async view costs a thread hop per request, not more.",
        "cells with one more middleware",
    ),
    _open(
        "queue-time",
        "The time a request queues can be read from a header that the proxy sets.",
        "a test with a proxy in front",
    ),
    _open(
        "stream-conn",
        "One query before a stream holds that database connection until the stream ends.",
        "a test with open streams and PostgreSQL",
    ),
    _open(
        "db-pool",
        "A pool bounds connections without slowing requests down.",
        "cells with and without a pool under load",
    ),
    _open(
        "db-sat",
        "Beyond a few connections per core, more connections make queries slower.",
        "cells with a rising number of connections",
    ),
    _open(
        "db-async",
        "The ORM's a-methods wait in a thread and give no more requests per second.",
        "cells with many queries waiting at once",
    ),
    _open(
        "cache",
        "A page from a cache costs a fraction of the page from the database.",
        "cells with a cached page",
    ),
    _open(
        "workers",
        "Requests per second of a computing view rise with worker processes up to the cores.",
        "a machine with more than two cores",
    ),
    _open(
        "thread-mem",
        "Threads need less memory than the same number of processes.",
        "cells that hold many requests and read their memory",
    ),
    _open(
        "httpx",
        "Building an HTTP client for each request costs more CPU than the request itself.",
        "cells with and without a shared client",
    ),
    _open(
        "files",
        "A download through Django holds a worker, one handed to the proxy does not.",
        "a test with a proxy in front",
    ),
    _open(
        "gevent",
        "A patched driver lets other greenlets run during a query; an unpatched one does not.",
        "a test with gevent and PostgreSQL",
    ),
    _open(
        "ft-cpu",
        "On a free-threaded Python, threads share the work of a computing view over the cores.",
        "cells on python3.14t",
    ),
    _open(
        "ft-tax",
        "One thread is slower on a free-threaded Python than on one with the GIL.",
        "cells on python3.14t",
    ),
    _open(
        "ft-mem",
        "Threads on a free-threaded Python need less memory than processes for the same load.",
        "cells on python3.14t",
    ),
    _open(
        "ft-wait",
        "Views that wait gain nothing from a free-threaded Python.",
        "cells on python3.14t",
    ),
    _open(
        "preload",
        "Workers forked from a loaded app share memory that workers which load it themselves do "
        "not.",
        "cells that read the memory of workers with and without preload_app",
    ),
    _open(
        "db-index",
        "A filter on a large table is answered far faster with an index that fits it.",
        "cells with and without the index",
    ),
    _open(
        "db-count",
        "Counting all rows of a large table costs more than the page that shows the count.",
        "cells with a count and with an estimate",
    ),
    _open(
        "offload",
        "A view that hands its work to a queue answers as soon as the job is stored, and not when "
        "it is done.",
        "cells with the work in the view and in a worker",
    ),
    _open(
        "hop",
        "An internal call with a token and JSON costs more than many of the functions that are "
        "moved behind one.",
        "cells with and without the call",
    ),
    _open(
        "mem-model",
        "A large object that every worker loads takes its memory once for each worker; in a "
        "process of its own, once.",
        "cells that read the memory of workers with a large object",
    ),
    _open(
        "queue-commit",
        "A job that is enqueued inside a transaction which is rolled back still runs, unless the "
        "queue keeps its jobs in the same database or waits for the commit.",
        "a test of a rollback with each queue",
    ),
    _open(
        "queue-crash",
        "When a worker is killed in the middle of a job, each queue does one of three things with "
        "its defaults: it loses the job, repeats it, or leaves it running forever.",
        "a test that kills the worker of each queue",
    ),
    _open(
        "queue-age",
        "The age of the oldest waiting job can be read from every queue.",
        "a test with a waiting job in each queue",
    ),
    *(
        _open(
            f"queue-{library}",
            f"{name} runs tens of jobs per second with one worker on one core.",
            "cells with a worker and a stream of jobs",
        )
        for library, name in (
            ("db", "django-tasks-db"),
            ("celery", "Celery"),
            ("procrastinate", "Procrastinate"),
            ("q2", "django-q2"),
            ("rq", "RQ"),
            ("dramatiq", "Dramatiq"),
            ("huey", "Huey"),
        )
    ),
    _open(
        "poll",
        "An answer that nothing is new costs a small part of the page that it saves.",
        "cells with clients that poll",
    ),
    _open(
        "push-latency",
        "A message that is pushed comes at once; one that is polled for comes half an interval "
        "late on average.",
        "cells that time a message from the event to the client",
    ),
    _open(
        "sse-memory",
        "An open event stream costs tens of kilobytes of the server's memory.",
        "cells with many silent streams",
    ),
    _open(
        "channels-memory",
        "An open WebSocket of Channels costs tens of kilobytes of the server's memory.",
        "cells with many silent sockets",
    ),
    _open(
        "ws-memory",
        "An open socket of a separate relay costs less memory than one of Channels.",
        "cells with many silent sockets",
    ),
)

EVIDENCE: Mapping[str, Evidence] = {e.id: e for e in (*_MEASURED, *_TESTED, *_OPEN)}
"""All claims by id."""


def evidence(evidence_id: str, cited_by: str) -> Evidence:
    """Return the claim with this id.

    Raises:
        UnknownEvidenceError: There is none.
    """
    if evidence_id not in EVIDENCE:
        raise UnknownEvidenceError(
            f"{cited_by} cites the evidence '{evidence_id}', which the catalogue does not hold",
            f"known: {', '.join(sorted(EVIDENCE))}",
            "correct the id, or add it to src/crossroads/evidence/catalogue.py",
        )
    return EVIDENCE[evidence_id]
