"""How a server runs requests: threads, processes, limits, clients, memory."""

from crossroads.evidence.model import Evidence, Measured, Quantity, Reading, Tested

GTHREAD = "gunicorn-gthread:sync"
SYNC = "gunicorn-sync:sync"

CLAIMS = (
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
                    cell=f"json-middleware:{GTHREAD}:c16:t8",
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
                    over=f"json-middleware:{GTHREAD}:c16:t8",
                    at_least=1.3,
                ),
                Reading(
                    name="rate",
                    says="requests per second of the same view: uvicorn, divided by gthread",
                    figure="rate",
                    cell="json-middleware:uvicorn:sync:c16",
                    over=f"json-middleware:{GTHREAD}:c16:t8",
                ),
                Reading(
                    name="wsgi",
                    says="CPU per request of that view on gthread",
                    figure="cpu_ms",
                    cell=f"json-middleware:{GTHREAD}:c16:t8",
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
                    over=f"orm-list:{GTHREAD}:c16:t8",
                ),
            )
        ),
        depends=("django", "asgiref", "uvicorn", "gunicorn"),
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
                    cell=f"cpu-cores:{GTHREAD}:c8:t8",
                    over=f"cpu-cores:{GTHREAD}:c8:t1",
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
                    cell=f"cpu-cores:{SYNC}:c8:w2",
                    over=f"cpu-cores:{SYNC}:c8",
                    at_least=1.3,
                ),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="workers",
        claim="Requests per second of a computing view rise with worker processes up to the cores "
        "that they may use, and not beyond.",
        proof=Measured(
            readings=(
                Reading(
                    name="two",
                    says="requests per second of a computing view with two cores to use: two "
                    "processes, divided by one",
                    figure="rate",
                    cell=f"cpu-cores:{SYNC}:c8:w2",
                    over=f"cpu-cores:{SYNC}:c8",
                    at_least=1.3,
                ),
                Reading(
                    name="four",
                    says="the same: four processes on the two cores, divided by two processes",
                    figure="rate",
                    cell=f"cpu-cores:{SYNC}:c8:w4",
                    over=f"cpu-cores:{SYNC}:c8:w2",
                    at_most=1.25,
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
        id="gunicorn-timeout",
        claim="gunicorn's timeout ends a slow request of a sync worker and does not end one of a "
        "gthread worker.",
        proof=Tested(),
        depends=("gunicorn",),
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
        id="backlog",
        claim="A sync worker leaves requests that it cannot run in the kernel's accept queue, and "
        "a gthread worker takes them into a queue of its own, up to worker_connections; Django "
        "has seen none of them.",
        proof=Tested(
            quantities=(
                Quantity(name="requests", says="requests that came at once", unit="requests"),
                Quantity(
                    name="kernel",
                    says="connections in the accept queue of a sync worker",
                    unit="connections",
                ),
                Quantity(name="threads", says="threads of the gthread worker", unit="threads"),
                Quantity(
                    name="worker",
                    says="requests that wait inside the gthread worker",
                    unit="requests",
                ),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="backlog-full",
        claim="When the accept queue is full, a TCP connection is neither made nor refused, and "
        "nginx answers 504 in the end; over a Unix socket it is refused, and nginx answers 502.",
        proof=Tested(
            quantities=(
                Quantity(name="backlog", says="backlog that was set"),
                Quantity(name="queued", says="connections that it then held", unit="connections"),
                Quantity(name="status", says="status behind nginx, over TCP"),
                Quantity(name="unix", says="status behind nginx, over a Unix socket"),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="busy-worker",
        claim="A request that a busy gthread worker has accepted waits there, though another "
        "worker is idle.",
        proof=Tested(),
        depends=("gunicorn",),
    ),
    Evidence(
        id="queue-left",
        claim="A request whose client left while it queued is run all the same.",
        proof=Tested(
            quantities=(
                Quantity(name="left", says="clients that left the queue", unit="clients"),
                Quantity(name="run", says="of their requests, those that ran", unit="requests"),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="keep-alive",
        claim="gthread and uvicorn close a kept connection after a time of their own, gthread "
        "holds no thread for it meanwhile, and a sync worker keeps none.",
        proof=Tested(
            quantities=(
                Quantity(name="kept", says="silent connections kept", unit="connections"),
                Quantity(
                    name="threads", says="threads of the worker that keeps them", unit="threads"
                ),
            )
        ),
        depends=("gunicorn", "uvicorn"),
    ),
    Evidence(
        id="keep-alive-502",
        claim="A request that nginx sends into a connection that gunicorn is closing is sent "
        "again when it is a GET, and answered with 502 when it is a POST.",
        proof=Tested(
            quantities=(
                Quantity(name="post", says="status of the POST"),
                Quantity(name="get", says="status of the GET"),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="graceful",
        claim="On SIGTERM and on SIGHUP gunicorn answers what is in progress, and after SIGHUP "
        "new workers serve what comes meanwhile.",
        proof=Tested(),
        depends=("gunicorn",),
    ),
    Evidence(
        id="graceful-timeout",
        claim="On SIGTERM gunicorn cuts off what is in progress after graceful_timeout; after "
        "SIGHUP a request in the thread of an old worker outlives it.",
        proof=Tested(),
        depends=("gunicorn",),
    ),
    Evidence(
        id="restart-queue",
        claim="SIGTERM loses the requests that wait in the accept queue, though not those that a "
        "gthread worker has taken in; SIGHUP loses none.",
        proof=Tested(
            quantities=(
                Quantity(name="queued", says="requests in the accept queue", unit="requests"),
                Quantity(name="lost", says="of these, lost to a SIGTERM", unit="requests"),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="reload-preload",
        claim="After SIGHUP a gunicorn with preload_app serves the old code from new workers, and "
        "one without it the new code.",
        proof=Tested(),
        depends=("gunicorn",),
    ),
    Evidence(
        id="max-requests",
        claim="A worker that has reached max_requests accepts nothing more, and its successor "
        "starts only when its requests in progress have ended.",
        proof=Tested(
            quantities=(
                Quantity(name="threads", says="threads of the worker", unit="threads"),
                Quantity(
                    name="waiting",
                    says="requests that wait while one is in progress",
                    unit="requests",
                ),
            )
        ),
        depends=("gunicorn",),
    ),
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
        id="middleware-hops",
        claim="Under ASGI each of process_request, process_view and process_response of a bundled "
        "middleware is a hop; a function middleware that is written in both forms adds none.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="startproject", says="hops of startproject's middleware", unit="hops"
                ),
                Quantity(name="security", says="SecurityMiddleware", unit="hops"),
                Quantity(name="session", says="SessionMiddleware", unit="hops"),
                Quantity(name="common", says="CommonMiddleware", unit="hops"),
                Quantity(name="csrf-view", says="CsrfViewMiddleware", unit="hops"),
                Quantity(name="authentication", says="AuthenticationMiddleware", unit="hops"),
                Quantity(name="message", says="MessageMiddleware", unit="hops"),
                Quantity(name="xframe-options", says="XFrameOptionsMiddleware", unit="hops"),
                Quantity(name="locale", says="LocaleMiddleware", unit="hops"),
                Quantity(name="gzip", says="GZipMiddleware", unit="hops"),
                Quantity(name="conditional-get", says="ConditionalGetMiddleware", unit="hops"),
                Quantity(
                    name="content-security-policy",
                    says="ContentSecurityPolicyMiddleware",
                    unit="hops",
                ),
                Quantity(
                    name="mixin",
                    says="one of your own, with both methods of the mixin",
                    unit="hops",
                ),
                Quantity(name="both-forms", says="the same in both forms", unit="hops"),
                Quantity(
                    name="together-sync",
                    says="hops of a sync view with startproject's middleware marked as sync-only",
                    unit="hops",
                ),
                Quantity(name="together-async", says="the same, async view", unit="hops"),
            )
        ),
        depends=("django", "asgiref"),
    ),
    Evidence(
        id="async-mw",
        claim="One sync-only middleware above an async view costs a fraction of what "
        "startproject's middleware costs.",
        proof=Measured(
            readings=(
                Reading(
                    name="one",
                    says="CPU per request of a trivial async view on uvicorn: one sync-only "
                    "middleware, divided by none",
                    figure="cpu_ms",
                    cell="json-one-middleware:uvicorn:async:c16",
                    over="json:uvicorn:async:c16",
                    at_most=1.5,
                ),
                Reading(
                    name="all",
                    says="CPU per request of that view: startproject's middleware, divided by none",
                    figure="cpu_ms",
                    cell="json-middleware:uvicorn:async:c16",
                    over="json:uvicorn:async:c16",
                ),
                Reading(
                    name="fraction",
                    says="CPU per request of that view: startproject's middleware, divided by one "
                    "that is sync-only",
                    figure="cpu_ms",
                    cell="json-middleware:uvicorn:async:c16",
                    over="json-one-middleware:uvicorn:async:c16",
                    at_least=1.2,
                ),
            )
        ),
        depends=("django", "asgiref", "uvicorn"),
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
        id="granian-limit",
        claim="With --backpressure granian takes no more connections than that, silent ones too, "
        "and leaves the others in the queue until one is closed.",
        proof=Tested(
            quantities=(
                Quantity(name="limit", says="limit that was set", unit="connections"),
                Quantity(
                    name="in-progress", says="requests in progress, with more waiting", unit=""
                ),
            )
        ),
        depends=("granian",),
    ),
    Evidence(
        id="asgi-no-limit",
        claim="gunicorn's asgi worker, whatever its worker_connections, hypercorn and daphne begin "
        "every request that comes.",
        proof=Tested(),
        depends=("gunicorn", "hypercorn", "daphne"),
    ),
    Evidence(
        id="view-limit",
        claim="A semaphore around an async view lets so many run, so many wait, and refuses the "
        "rest, while other views are answered.",
        proof=Tested(
            quantities=(
                Quantity(name="running", says="requests of the view that run", unit="requests"),
                Quantity(name="waiting", says="requests that wait for them", unit="requests"),
                Quantity(name="refused", says="requests beyond both, of 50 in all"),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="request-bound",
        claim="asyncio.timeout in a middleware ends an async view and answers for a sync one, "
        "which runs on in its thread; a stream it does not bound.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="goes-on",
                    says="calls of a sync view in progress after its client has the 503",
                    unit="",
                ),
            )
        ),
        depends=("django", "asgiref", "uvicorn"),
    ),
    Evidence(
        id="pair-session",
        claim="Who logs in on the WSGI server is logged in on the ASGI server of the same project, "
        "if both have the same database and the same SECRET_KEY.",
        proof=Tested(),
        depends=("django", "gunicorn", "uvicorn"),
    ),
    Evidence(
        id="stream-sync",
        claim="Under ASGI a response that streams from a sync iterator is collected whole before "
        "its first byte is sent; from an async iterator it streams. Under WSGI it is the other "
        "way round.",
        proof=Tested(
            quantities=(
                Quantity(name="sync", says="parts sent before the last one is made, sync iterator"),
                Quantity(
                    name="async", says="parts sent before the last one is made, async iterator"
                ),
                Quantity(name="wsgi-sync", says="the same under WSGI, sync iterator"),
                Quantity(name="wsgi-async", says="the same under WSGI, async iterator"),
            )
        ),
        depends=("django", "uvicorn", "gunicorn", "granian", "hypercorn", "daphne"),
    ),
    Evidence(
        id="stream-no-wait",
        claim="On uvicorn a stream that never waits does not notice that its client has left, and "
        "keeps the event loop until all its parts are made; one that lets others have their turn "
        "is ended.",
        proof=Tested(
            quantities=(
                Quantity(name="parts", says="parts that the stream would make", unit="parts"),
                Quantity(
                    name="waits-not", says="parts made for a client who left early", unit="parts"
                ),
                Quantity(name="takes-turns", says="the same, with sleep(0) in between"),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="stream-stop",
        claim="An ASGI server that is told to stop lets an open stream run to its last part, "
        "unless its limit for that ends it; daphne cuts it off.",
        proof=Tested(),
        depends=("uvicorn", "gunicorn", "granian", "hypercorn", "daphne"),
    ),
    Evidence(
        id="whole-body",
        claim="Under ASGI a view begins when the whole body of its request has come; under WSGI it "
        "begins with the head, and holds a thread while the body comes.",
        proof=Tested(
            quantities=(
                Quantity(name="asgi", says="views begun under ASGI with half a body", unit="views"),
                Quantity(name="wsgi", says="views begun under WSGI with half a body", unit="views"),
            )
        ),
        depends=("django", "uvicorn", "gunicorn"),
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
        depends=("django", "uvicorn", "gunicorn", "granian", "hypercorn", "daphne"),
    ),
    Evidence(
        id="disconnect-sync-mw",
        claim="Behind a sync-only middleware an async view is canceled as well when its client "
        "leaves; on Python 3.14 each one leaves a traceback in the log.",
        proof=Tested(
            quantities=(
                Quantity(name="left", says="clients that leave", unit="clients"),
                Quantity(name="tracebacks", says="tracebacks in the log", unit="tracebacks"),
                Quantity(name="without", says="the same without the middleware"),
            )
        ),
        depends=("asgiref", "django", "uvicorn"),
    ),
    Evidence(
        id="shield",
        claim="When the client leaves, a task behind asyncio.shield goes on to its end; when the "
        "server stops, it does not.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="calls",
                    says="calls that the task makes, its client gone at the first",
                    unit="calls",
                ),
                Quantity(
                    name="stopped",
                    says="calls that it makes when the server stops then",
                    unit="calls",
                ),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="thread-mem",
        claim="Threads need less memory than the same number of processes.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="processes",
                    says="memory of a server whose requests in progress have a process each",
                    unit="MB",
                ),
                Quantity(
                    name="threads",
                    says="memory of a server whose requests in progress have a thread each",
                    unit="MB",
                ),
                Quantity(
                    name="requests",
                    says="requests in progress",
                    unit="requests",
                ),
            )
        ),
        depends=("django", "gunicorn"),
    ),
    Evidence(
        id="preload",
        claim="Workers forked from a loaded app share memory that workers which load it "
        "themselves do not.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="each",
                    says="memory of a server whose workers load the app themselves",
                    unit="MB",
                ),
                Quantity(
                    name="shared",
                    says="memory of the same server with the app loaded before the fork",
                    unit="MB",
                ),
                Quantity(
                    name="workers",
                    says="worker processes",
                    unit="processes",
                ),
            )
        ),
        depends=("django", "gunicorn"),
    ),
    Evidence(
        id="mem-model",
        claim="A large object that every worker loads takes its memory once for each worker; in a "
        "process of its own, once; preloaded, once if it is one block, and far more if it is many "
        "objects that requests read.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="model",
                    says="size of the object",
                    unit="MB",
                ),
                Quantity(
                    name="workers",
                    says="worker processes",
                    unit="processes",
                ),
                Quantity(
                    name="each",
                    says="memory that it takes, loaded by each worker",
                    unit="MB",
                ),
                Quantity(
                    name="preloaded",
                    says="memory that it takes, loaded before the fork, as one block of bytes",
                    unit="MB",
                ),
                Quantity(
                    name="objects",
                    says="memory that as much in Python objects takes, loaded before the fork, "
                    "after each worker has read it",
                    unit="MB",
                ),
                Quantity(
                    name="alone",
                    says="memory of a process of its own, all in all",
                    unit="MB",
                ),
            )
        ),
        depends=("gunicorn",),
    ),
    Evidence(
        id="files",
        claim="A download that Django sends holds a thread until the proxy has taken all of it, "
        "which a slow client delays; one that is handed to the proxy holds none.",
        proof=Tested(
            quantities=(
                Quantity(name="threads", says="threads of the server", unit="threads"),
                Quantity(name="file", says="size of the file", unit="MB"),
                Quantity(name="room", says="what the proxy may keep of an answer", unit="MB"),
                Quantity(
                    name="handed",
                    says="health checks answered while a client stalls in a download that was "
                    "handed to the proxy",
                ),
                Quantity(name="through", says="the same while Django sends the download"),
                Quantity(
                    name="handed-bytes",
                    says="what the proxy took from Django of a download handed to it",
                    unit="MB",
                ),
                Quantity(name="through-bytes", says="the same when Django sends it", unit="MB"),
            )
        ),
        depends=("django", "gunicorn"),
    ),
    Evidence(
        id="gevent",
        claim="Under gevent psycopg lets other greenlets run during a query, each on a connection "
        "of its own; a driver that waits in C, and SQLite, stop all requests of the process.",
        proof=Tested(
            quantities=(
                Quantity(name="requests", says="requests with a query at once", unit="requests"),
                Quantity(name="connections", says="connections that they held", unit="connections"),
                Quantity(name="pool", says="connections with a pool of four", unit="connections"),
                Quantity(
                    name="unpatched",
                    says="queries in progress at once when the driver waits in C",
                    unit="queries",
                ),
            )
        ),
        depends=("gevent", "psycopg", "gunicorn"),
    ),
    Evidence(
        id="gevent-max-age",
        claim="Under gevent CONN_MAX_AGE keeps a connection for a greenlet that has ended: later "
        "clients open new ones.",
        proof=Tested(
            quantities=(
                Quantity(name="requests", says="requests, each client's only one", unit="requests"),
                Quantity(
                    name="left", says="connections open when all had left", unit="connections"
                ),
            )
        ),
        depends=("gevent", "django"),
    ),
    Evidence(
        id="gevent-preload",
        claim="With preload_app and no patch before it, Django's connections are shared between "
        "greenlets, and requests fail.",
        proof=Tested(
            quantities=(
                Quantity(name="requests", says="requests", unit="requests"),
                Quantity(name="failed", says="of these, failed", unit="requests"),
            )
        ),
        depends=("gevent", "django", "gunicorn"),
    ),
    Evidence(
        id="gevent-async",
        claim="Under gevent async views that run at the same time in one process fail, all but "
        "the first.",
        proof=Tested(
            quantities=(
                Quantity(name="others", says="requests beside the first", unit="requests"),
                Quantity(name="failed", says="of these, failed", unit="requests"),
            )
        ),
        depends=("gevent", "asgiref", "django"),
    ),
    Evidence(
        id="gevent-cpu",
        claim="Under gevent a view that computes stops all others of its process, until gunicorn's "
        "timeout ends that view and replaces the worker.",
        proof=Tested(
            quantities=(
                Quantity(name="lost", says="requests without an answer", unit="requests"),
                Quantity(
                    name="others", says="requests in progress beside it, answered", unit="requests"
                ),
            )
        ),
        depends=("gevent", "gunicorn"),
    ),
    Evidence(
        id="queue-time",
        claim="How long a request waited for a thread can be told from the time that the proxy "
        "stamped on it.",
        proof=Tested(
            quantities=(
                Quantity(name="threads", says="threads of the server, all taken", unit="threads"),
                Quantity(name="queued", says="requests sent to it meanwhile", unit="requests"),
                Quantity(
                    name="within",
                    says="of these, whose time in the queue was told between the time for which "
                    "they were made to wait and the time that their client waited",
                    unit="requests",
                ),
            )
        ),
        depends=("django", "gunicorn"),
    ),
    Evidence(
        id="proxy-timeout",
        claim="When the proxy has answered 504, a request under WSGI runs on and keeps its "
        "thread, and an async view under ASGI is canceled.",
        proof=Tested(
            quantities=(
                Quantity(name="threads", says="threads of the WSGI server", unit="threads"),
                Quantity(name="wsgi", says="calls that went on after the 504, under WSGI"),
                Quantity(name="asgi", says="calls that went on after the 504, under ASGI"),
            )
        ),
        depends=("django", "gunicorn", "uvicorn"),
    ),
    Evidence(
        id="profile",
        claim="py-spy names the function that uses the CPU, in a server whose code is as it was.",
        proof=Tested(),
        depends=("py-spy",),
    ),
)
