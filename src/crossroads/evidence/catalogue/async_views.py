"""What an async view gains, and what it costs."""

from crossroads.evidence.model import Evidence, Measured, Quantity, Reading, Tested

GTHREAD = "gunicorn-gthread:sync"

CLAIMS = (
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
                    over=f"wait:{GTHREAD}:c1:t8",
                    at_least=0.8,
                    at_most=1.25,
                ),
                Reading(
                    name="thread",
                    says="mean latency of that view on gthread",
                    figure="latency_ms",
                    cell=f"wait:{GTHREAD}:c1:t8",
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
                    over=f"wait:{GTHREAD}:c32:t8",
                    at_least=2.0,
                ),
                Reading(
                    name="flat",
                    says="requests per second on gthread: four times as many clients as threads, "
                    "divided by as many clients as threads",
                    figure="rate",
                    cell=f"wait:{GTHREAD}:c32:t8",
                    over=f"wait:{GTHREAD}:c8:t8",
                    at_most=1.2,
                ),
                Reading(
                    name="threads",
                    says="requests per second on gthread with all threads waiting",
                    figure="rate",
                    cell=f"wait:{GTHREAD}:c32:t8",
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
        id="async-unsafe",
        claim="In async code, sync work with the database raises SynchronousOnlyOperation: a "
        "query, a related object or a field that was not loaded, a QuerySet in a template, "
        "request.user, transaction.atomic and on_commit.",
        proof=Tested(
            quantities=(
                Quantity(name="shapes", says="shapes that were tried, each of which raises"),
            )
        ),
        depends=("django",),
    ),
    Evidence(
        id="async-atomic-requests",
        claim="With ATOMIC_REQUESTS every request to an async view is a RuntimeError, unless the "
        "view is taken out with non_atomic_requests.",
        proof=Tested(),
        depends=("django",),
    ),
    Evidence(
        id="mixed-handlers",
        claim="A class-based view with sync and async handlers is refused when it is made.",
        proof=Tested(),
        depends=("django",),
    ),
    Evidence(
        id="not-awaited",
        claim="A coroutine that is not awaited has none of the fields of its result, and it is "
        "true, whatever its result would be.",
        proof=Tested(),
        depends=("django",),
    ),
    Evidence(
        id="bridge-errors",
        claim="async_to_sync refuses a thread with a running loop, sync_to_async refuses an async "
        "function, and the loop's database connection is refused in another thread.",
        proof=Tested(),
        depends=("asgiref", "django"),
    ),
    Evidence(
        id="create-task",
        claim="A task that a view leaves behind goes on after the answer under ASGI, is lost when "
        "the server stops, and ends with its request under WSGI; a query that it makes after the "
        "answer opens a connection, which no request closes.",
        proof=Tested(
            quantities=(
                Quantity(name="calls", says="calls that the task has to make", unit="calls"),
                Quantity(
                    name="asgi", says="calls that it made under ASGI after the answer", unit="calls"
                ),
                Quantity(name="wsgi", says="calls that it made under WSGI", unit="calls"),
                Quantity(
                    name="stopped",
                    says="calls that it had begun when the server stopped, and has not ended",
                    unit="calls",
                ),
                Quantity(
                    name="left",
                    says="connections left of a request, its task that asks later, and a request",
                    unit="connections",
                ),
            )
        ),
        depends=("django", "asgiref", "uvicorn"),
    ),
    Evidence(
        id="client-loop",
        claim="An async HTTP client that a module holds fails under WSGI in the second request "
        "that uses it, for the event loop of its connections has ended; a client of the running "
        "loop does not.",
        proof=Tested(),
        depends=("django", "asgiref", "httpx"),
    ),
    Evidence(
        id="swallowed-cancel",
        claim="An async view that catches BaseException goes on when its client has left; one that "
        "catches Exception ends.",
        proof=Tested(
            quantities=(
                Quantity(name="passed", says="carriers asked by the view that lets it pass, of 5"),
                Quantity(name="swallowed", says="carriers asked by the view that swallows it"),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="contextvars",
        claim="A context variable crosses sync_to_async and async_to_sync, each way in and out; "
        "what a threading.local holds stays in its thread.",
        proof=Tested(
            quantities=(
                Quantity(name="crossings", says="ways across that were looked at", unit="ways"),
            )
        ),
        depends=("asgiref", "django"),
    ),
    Evidence(
        id="async-deadlock",
        claim="Sync code in the request's thread that waits for run_coroutine_threadsafe waits in "
        "vain when the coroutine needs that thread; with async_to_sync it does not.",
        proof=Tested(),
        depends=("asgiref", "django"),
    ),
    Evidence(
        id="hop-each",
        claim="Each a-method of the ORM and of the cache is a hop of its own; a sync function that "
        "asks all of it is a single one.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="awaited",
                    says="hops of a page whose queries are awaited one by one",
                    unit="hops",
                ),
                Quantity(
                    name="one",
                    says="hops of that page with its queries in one function",
                    unit="hop",
                ),
                Quantity(name="cache", says="hops of cache.aget", unit="hop"),
                Quantity(
                    name="cache-miss",
                    says="hops of cache.aget_or_set that finds nothing",
                    unit="hops",
                ),
            )
        ),
        depends=("django", "asgiref"),
    ),
    Evidence(
        id="async-atomic",
        claim="Two writes that an async view awaits one after the other are no transaction: when "
        "the second fails, the first stays; in one sync function with atomic neither does, and "
        "ATOMIC_REQUESTS refuses an async view.",
        proof=Tested(
            quantities=(
                Quantity(name="awaited", says="first writes left, both awaited"),
                Quantity(name="atomic", says="first writes left, both in one atomic function"),
                Quantity(
                    name="kept",
                    says="writes of that function that are there, of two, when the client left "
                    "before it had written",
                ),
            )
        ),
        depends=("django", "asgiref"),
    ),
    Evidence(
        id="password-hash",
        claim="A login hashes the password beside the event loop, and acreate_user hashes it on "
        "the loop.",
        proof=Tested(
            quantities=(
                Quantity(name="login", says="hashes of a login on the event loop"),
                Quantity(name="sign-up", says="hashes of acreate_user on the event loop"),
            )
        ),
        depends=("django", "asgiref"),
    ),
    Evidence(
        id="class-guard",
        claim="In a class-based view with async handlers, a login that is asked for around "
        "dispatch fails for everybody, by decorator or by mixin; around a handler or the whole "
        "view it works.",
        proof=Tested(
            quantities=(
                Quantity(name="dispatch", says="status with the decorator around dispatch"),
                Quantity(name="mixin", says="status with LoginRequiredMixin"),
                Quantity(name="handler", says="status with the decorator around the handler"),
                Quantity(name="view", says="status with the decorator around as_view()"),
            )
        ),
        depends=("django",),
    ),
    Evidence(
        id="test-rollback",
        claim="An async test of TestCase has its queries in the test's transaction, and those of "
        "another thread outside of it: they do not see the test's rows, and theirs stay.",
        proof=Tested(
            quantities=(
                Quantity(name="own", says="rows that the ORM's a-methods see of the test's own"),
                Quantity(name="other", says="rows that a query in another thread sees of them"),
                Quantity(name="left", says="rows of the other thread that are left afterwards"),
            )
        ),
        depends=("django", "asgiref", "psycopg"),
    ),
    Evidence(
        id="httpx",
        claim="Building an HTTP client for each request costs more CPU than the rest of the "
        "request with its call.",
        proof=Measured(
            readings=(
                Reading(
                    name="ratio",
                    says="CPU per request of an async view that asks one service over HTTP: a "
                    "client built for each request, divided by a shared one",
                    figure="cpu_ms",
                    cell="call-new-client:uvicorn:async:c8",
                    over="call:uvicorn:async:c16",
                    at_least=2.0,
                ),
                Reading(
                    name="own",
                    says="CPU per request with a client built for it",
                    figure="cpu_ms",
                    cell="call-new-client:uvicorn:async:c8",
                ),
                Reading(
                    name="shared",
                    says="CPU per request with the shared client",
                    figure="cpu_ms",
                    cell="call:uvicorn:async:c16",
                ),
            )
        ),
        depends=("django", "httpx", "uvicorn"),
    ),
    Evidence(
        id="async-state",
        claim="Django has async functions for queries, the cache, sessions, auth, signals and "
        "tasks, and none for templates, forms, e-mail, storage, transactions or its database "
        "backends.",
        proof=Tested(
            quantities=(
                Quantity(name="queryset", says="async methods of QuerySet", unit="methods"),
                Quantity(name="model", says="async methods of Model", unit="methods"),
                Quantity(name="cache", says="async methods of the cache", unit="methods"),
                Quantity(name="parts", says="parts of Django without async code", unit="parts"),
                Quantity(name="files", says="files of these parts", unit="files"),
                Quantity(name="middleware", says="middleware of a new project", unit="middleware"),
                Quantity(
                    name="hops",
                    says="methods of theirs that run for each request, a hop each",
                    unit="hops",
                ),
            )
        ),
    ),
    Evidence(
        id="decorator-loop",
        claim="Every view decorator of Django takes an async view, and those that are made of "
        "middleware, such as cache_page, run its sync code on the event loop.",
        proof=Tested(
            quantities=(
                Quantity(name="decorators", says="decorators for views", unit="decorators"),
                Quantity(
                    name="middleware",
                    says="of them, those that are made of middleware",
                    unit="decorators",
                ),
                Quantity(name="hops", says="hops before cache_page asks the cache", unit="hops"),
            )
        ),
    ),
)
