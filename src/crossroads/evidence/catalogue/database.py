"""The database behind the views: connections, queries, the async ORM, and caches."""

from crossroads.evidence.model import Evidence, Measured, Quantity, Reading, Tested

CLAIMS = (
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
                *(
                    Quantity(
                        name=f"{name}-at-{requests}",
                        says=f"connections {where}, with {requests} requests at once",
                        unit="connections",
                    )
                    for name, where in (
                        ("asgi", "under ASGI without a pool"),
                        ("wsgi", "under gthread without a pool"),
                        ("pool", "under ASGI with a pool"),
                    )
                    for requests in (5, 10, 20)
                ),
            )
        ),
        depends=("django", "asgiref", "psycopg", "psycopg-pool"),
    ),
    Evidence(
        id="conn-reuse",
        claim="With CONN_MAX_AGE a thread that stays finds its connection again, so under WSGI "
        "few serve many requests; under ASGI each request connects all the same, unless there is "
        "a pool.",
        proof=Tested(
            quantities=(
                Quantity(name="requests", says="requests, most one after another", unit="requests"),
                Quantity(
                    name="wsgi",
                    says="sessions of PostgreSQL under gthread with CONN_MAX_AGE",
                    unit="sessions",
                ),
                Quantity(
                    name="wsgi-closed", says="sessions under gthread without it", unit="sessions"
                ),
                Quantity(
                    name="asgi", says="sessions under ASGI with CONN_MAX_AGE", unit="sessions"
                ),
                Quantity(name="pool", says="sessions under ASGI with a pool", unit="sessions"),
            )
        ),
        depends=("django", "asgiref", "gunicorn", "uvicorn", "psycopg", "psycopg-pool"),
    ),
    Evidence(
        id="too-many-clients",
        claim="Requests that nothing bounds are turned away by PostgreSQL when it has no "
        "connection left, and fail; those that wait for a thread or for a pool are all answered.",
        proof=Tested(
            quantities=(
                Quantity(name="refused", says="requests under ASGI that failed", unit="requests"),
                Quantity(name="requests", says="requests at once", unit="requests"),
                Quantity(
                    name="allowed", says="connections that PostgreSQL allows", unit="connections"
                ),
                Quantity(name="wsgi", says="failed under gthread", unit="requests"),
                Quantity(name="pool", says="failed under ASGI with a pool", unit="requests"),
            )
        ),
        depends=("django", "asgiref", "uvicorn", "gunicorn", "psycopg", "psycopg-pool"),
    ),
    Evidence(
        id="error-page-conns",
        claim="A page for an error that asks the database leaves a connection open under ASGI, "
        "which no request closes and no pool gets back, and none under WSGI.",
        proof=Tested(
            quantities=(
                Quantity(name="asgi", says="connections left under ASGI", unit="connections"),
                Quantity(name="requests", says="requests that met a 404", unit="requests"),
                Quantity(name="wsgi", says="connections left under gthread", unit="connections"),
                Quantity(
                    name="starved",
                    says="of three later requests those that failed, with a pool of five",
                    unit="requests",
                ),
            )
        ),
        depends=("django", "asgiref", "uvicorn", "gunicorn", "psycopg"),
    ),
    Evidence(
        id="pool-full",
        claim="A request that finds every connection of the pool lent waits for its time-out and "
        "fails with PoolTimeout, or at once where no more may wait; those that hold one go on.",
        proof=Tested(
            quantities=(
                Quantity(name="failed", says="requests that failed", unit="requests"),
                Quantity(name="requests", says="requests at once", unit="requests"),
                Quantity(name="pool", says="connections of the pool", unit="connections"),
                Quantity(
                    name="turned-away",
                    says="requests that failed at once, where only one might wait",
                    unit="requests",
                ),
            )
        ),
        depends=("django", "psycopg", "psycopg-pool", "uvicorn"),
    ),
    Evidence(
        id="pgbouncer",
        claim="Behind PgBouncer in its transaction mode a transaction in progress holds a "
        "connection to PostgreSQL and a request that only waits holds none; a SET, a lock, a "
        "LISTEN, a prepared statement or a cursor of the session does not survive it.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="connections",
                    says="connections to PostgreSQL that PgBouncer may open",
                    unit="connections",
                ),
                Quantity(name="requests", says="requests in progress at once", unit="requests"),
                Quantity(name="clients", says="their connections to PgBouncer", unit="connections"),
                Quantity(
                    name="transactions",
                    says="of as many requests that wait inside a transaction, those in progress",
                    unit="requests",
                ),
            )
        ),
        depends=("django", "psycopg", "uvicorn"),
    ),
    Evidence(
        id="gather-orm",
        claim="Queries that one async view gathers run one after another, in one thread on one "
        "connection; those of several requests run at once.",
        proof=Tested(
            quantities=(
                Quantity(name="queries", says="queries gathered", unit="queries"),
                Quantity(name="at-once", says="most queries in progress at once"),
                Quantity(name="threads", says="threads that they ran in", unit="threads"),
                Quantity(
                    name="across",
                    says="queries of as many requests that wait in the database at once",
                    unit="queries",
                ),
            )
        ),
        depends=("django", "asgiref", "uvicorn", "psycopg"),
    ),
    Evidence(
        id="branch-contexts",
        claim="With a ThreadSensitiveContext and an executor of its own for each branch, the "
        "queries that one view gathers run at once, with a thread and a connection for each; "
        "closed in the branch, none is left.",
        proof=Tested(
            quantities=(
                Quantity(name="queries", says="queries that one view gathers", unit="queries"),
                Quantity(
                    name="connections", says="connections that wait at once", unit="connections"
                ),
                Quantity(
                    name="threads",
                    says="threads of the request, its own idle one counted",
                    unit="threads",
                ),
                Quantity(
                    name="left", says="connections open after the request", unit="connections"
                ),
            )
        ),
        depends=("asgiref", "django", "uvicorn", "psycopg"),
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
        id="db-index",
        claim="With an index that has the filter and the order of a list, PostgreSQL reads the "
        "rows of the list and no others; without it, all rows that it meets on the way to them; "
        "it takes space, and is written to with each row.",
        proof=Tested(
            quantities=(
                Quantity(name="rows", says="rows of the table", unit="rows"),
                Quantity(name="shown", says="rows of the list", unit="rows"),
                Quantity(name="read", says="rows read without the index", unit="rows"),
                Quantity(name="read-with", says="rows read with the index", unit="rows"),
                Quantity(name="pages-without", says="pages read without it", unit="pages"),
                Quantity(name="pages-with", says="pages read with it", unit="pages"),
                Quantity(name="index-pages", says="pages that the index takes", unit="pages"),
                Quantity(name="added", says="rows added at once", unit="rows"),
                Quantity(
                    name="writes",
                    says="changes noted in PostgreSQL's log for them without the index",
                    unit="changes",
                ),
                Quantity(name="writes-with", says="changes with the index", unit="changes"),
            )
        ),
        depends=("django", "psycopg"),
    ),
    Evidence(
        id="db-count",
        claim="To count all rows of a table PostgreSQL goes through every one of them, in the "
        "table or, after a vacuum, in an index; the page of the admin's list that shows the count "
        "needs its own rows, the admin counts more than once, and the estimate takes next to "
        "nothing.",
        proof=Tested(
            quantities=(
                Quantity(name="rows", says="rows that are gone through to count", unit="rows"),
                Quantity(name="listed", says="rows read for the list's own page", unit="rows"),
                Quantity(name="count", says="pages read to count", unit="pages"),
                Quantity(name="vacuumed", says="pages read to count, just vacuumed", unit="pages"),
                Quantity(name="page", says="pages read for the list's own page", unit="pages"),
                Quantity(name="estimate", says="pages read for the estimate", unit="pages"),
                Quantity(name="counts", says="counts of all rows for one list", unit="counts"),
            )
        ),
        depends=("django", "psycopg"),
    ),
    Evidence(
        id="db-deep",
        claim="A page far back in a list reads all rows before it and throws them away; a page "
        "that begins after a row reads its own.",
        proof=Tested(
            quantities=(
                Quantity(name="skipped", says="rows read for a page far back", unit="rows"),
                Quantity(name="shown", says="rows of the page", unit="rows"),
                Quantity(name="after", says="rows read when it begins after a row", unit="rows"),
            )
        ),
        depends=("django", "psycopg"),
    ),
    Evidence(
        id="db-loaded",
        claim="A QuerySet that is asked in Python whether it is empty, or cut to a page there, "
        "loads every row; exists() loads one, and a slice of the QuerySet those of the page.",
        proof=Tested(
            quantities=(
                Quantity(name="loaded", says="rows loaded to ask in Python", unit="rows"),
                Quantity(name="exists", says="rows loaded by exists()", unit="rows"),
                Quantity(name="shown", says="rows loaded by a slice", unit="rows"),
            )
        ),
        depends=("django", "psycopg"),
    ),
    Evidence(
        id="db-sort",
        claim="For the first page of a list in an order that no index has, PostgreSQL reads the "
        "whole table; in the order of an index, the rows of the page.",
        proof=Tested(
            quantities=(
                Quantity(name="sorted", says="pages read to sort", unit="pages"),
                Quantity(name="rows", says="rows read to sort", unit="rows"),
                Quantity(name="indexed", says="pages read in the index's order", unit="pages"),
                Quantity(name="shown", says="rows of the page", unit="rows"),
            )
        ),
        depends=("django", "psycopg"),
    ),
    Evidence(
        id="stale-connection",
        claim="When the database has ended its connection, a thread that is no request fails with "
        "every further query, unless it closes old connections as a request does.",
        proof=Tested(
            quantities=(
                Quantity(name="looks", says="queries after the database had ended the connection"),
                Quantity(name="failed", says="of these, those that failed"),
                Quantity(name="closed", says="that failed with close_old_connections before each"),
            )
        ),
        depends=("django", "psycopg"),
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
        id="db-async",
        claim="The ORM's a-methods wait in a thread and give no more requests per second than the "
        "sync ones, whether the query computes or waits.",
        proof=Measured(
            readings=(
                Reading(
                    name="list",
                    says="requests per second of a list on uvicorn: with async for, divided by in "
                    "a sync view",
                    figure="rate",
                    cell="orm-list:uvicorn:async:c16",
                    over="orm-list:uvicorn:sync:c16",
                    at_most=1.25,
                ),
                Reading(
                    name="cpu",
                    says="CPU per request of that list, divided likewise",
                    figure="cpu_ms",
                    cell="orm-list:uvicorn:async:c16",
                    over="orm-list:uvicorn:sync:c16",
                ),
                Reading(
                    name="waiting",
                    says="requests per second of a view whose query waits in PostgreSQL, with a "
                    "connection for each client: aget on uvicorn, divided by get on gthread",
                    figure="rate",
                    cell="query-wait:uvicorn:async:c32",
                    over="query-wait:gunicorn-gthread:sync:c32:t32",
                    at_most=1.25,
                ),
                Reading(
                    name="waiting-cpu",
                    says="CPU per request of that view, divided likewise",
                    figure="cpu_ms",
                    cell="query-wait:uvicorn:async:c32",
                    over="query-wait:gunicorn-gthread:sync:c32:t32",
                ),
            )
        ),
        depends=("django", "asgiref", "psycopg", "psycopg-pool", "uvicorn", "gunicorn"),
    ),
    Evidence(
        id="async-backend-connects",
        claim="Without its pool, django-async-backend opens a connection for each request that "
        "asks the database and closes it after; with its pool, requests share those of the pool.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="without",
                    says="connections opened without a pool, one request after another",
                    unit="connections",
                ),
                Quantity(name="requests", says="requests", unit="requests"),
                Quantity(name="pool", says="connections with a pool of one", unit="connections"),
            )
        ),
        depends=("django-async-backend", "django", "psycopg", "psycopg-pool", "uvicorn"),
    ),
    Evidence(
        id="async-backend-transactions",
        claim="Async and sync queries of one request take different connections, so what "
        "async_atomic has written is unknown to the sync ones until it ends; when it fails, all "
        "of it is taken back.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="connections",
                    says="connections of a request that asks in both ways",
                    unit="connections",
                ),
            )
        ),
        depends=("django-async-backend", "django", "asgiref", "psycopg", "uvicorn"),
    ),
    Evidence(
        id="async-backend-nested",
        claim="A view that holds the last connection of django-async-backend's pool and waits for "
        "a query on another waits for itself, until the time-out of the pool.",
        proof=Tested(),
        depends=("django-async-backend", "django", "psycopg", "psycopg-pool", "uvicorn"),
    ),
    Evidence(
        id="async-backend-wsgi",
        claim="Under WSGI, django-async-backend leaves the connections of its requests open, and "
        "with a pool of one the request after the first fails.",
        proof=Tested(
            quantities=(
                Quantity(name="left", says="connections left open", unit="connections"),
                Quantity(name="requests", says="requests, one after another", unit="requests"),
            )
        ),
        depends=("django-async-backend", "django", "psycopg", "psycopg-pool", "gunicorn"),
    ),
    Evidence(
        id="async-backend-rate",
        claim="With as many connections as clients, django-async-backend on uvicorn gives no more "
        "requests per second for a query that waits than worker threads do, and takes more CPU "
        "for each.",
        proof=Measured(
            readings=(
                Reading(
                    name="rate",
                    says="requests per second of a view whose query waits in PostgreSQL: "
                    "django-async-backend on uvicorn, divided by Django's ORM on gthread",
                    figure="rate",
                    cell="query-wait-backend:uvicorn:async:c32",
                    over="query-wait:gunicorn-gthread:sync:c32:t32",
                    at_most=1.25,
                ),
                Reading(
                    name="cpu",
                    says="CPU per request of that view, divided likewise",
                    figure="cpu_ms",
                    cell="query-wait-backend:uvicorn:async:c32",
                    over="query-wait:gunicorn-gthread:sync:c32:t32",
                    at_least=1.2,
                ),
                Reading(
                    name="beside-a-methods",
                    says="CPU per request of that view on uvicorn: django-async-backend, divided "
                    "by Django's aget",
                    figure="cpu_ms",
                    cell="query-wait-backend:uvicorn:async:c32",
                    over="query-wait:uvicorn:async:c32",
                ),
                Reading(
                    name="threads",
                    says="requests per second of that view on gthread",
                    figure="rate",
                    cell="query-wait:gunicorn-gthread:sync:c32:t32",
                ),
            )
        ),
        depends=("django-async-backend", "django", "psycopg", "psycopg-pool", "uvicorn"),
    ),
    Evidence(
        id="db-pool",
        claim="A pool bounds the connections without slowing requests down: under ASGI they are "
        "answered sooner than if each connected, under WSGI at the same cost as with CONN_MAX_AGE.",
        proof=Measured(
            readings=(
                Reading(
                    name="asgi",
                    says="latency of a list on uvicorn with a pool, divided by that of connecting "
                    "for each request",
                    figure="latency_ms",
                    cell="orm-list:uvicorn:sync:c16",
                    over="orm-list-connect:uvicorn:sync:c16",
                    at_most=1.0,
                ),
                Reading(
                    name="wsgi",
                    says="CPU per request of a list on gthread with a pool, divided by that with "
                    "CONN_MAX_AGE",
                    figure="cpu_ms",
                    cell="orm-list:gunicorn-gthread:sync:c16:t8",
                    over="orm-list-keep:gunicorn-gthread:sync:c16:t8",
                    at_most=1.35,
                ),
                Reading(
                    name="wsgi-latency",
                    says="latency of a list on gthread with a pool, divided by that with "
                    "CONN_MAX_AGE",
                    figure="latency_ms",
                    cell="orm-list:gunicorn-gthread:sync:c16:t8",
                    over="orm-list-keep:gunicorn-gthread:sync:c16:t8",
                ),
            )
        ),
        depends=("django", "psycopg", "psycopg-pool", "uvicorn", "gunicorn"),
    ),
    Evidence(
        id="db-sat",
        claim="Beyond a few connections per core, more connections make queries slower and "
        "answer hardly more of them.",
        proof=Measured(
            readings=(
                Reading(
                    name="latency",
                    says="latency of a report that PostgreSQL computes on one core with 32 "
                    "connections, divided by that with 4",
                    figure="latency_ms",
                    cell="report:gunicorn-gthread:sync:c32:t32",
                    over="report:gunicorn-gthread:sync:c4:t4",
                    at_least=4.0,
                ),
                Reading(
                    name="rate",
                    says="requests per second with 32 connections, divided by those with 4",
                    figure="rate",
                    cell="report:gunicorn-gthread:sync:c32:t32",
                    over="report:gunicorn-gthread:sync:c4:t4",
                    at_most=1.5,
                ),
                Reading(
                    name="few",
                    says="latency of the report with 4 connections",
                    figure="latency_ms",
                    cell="report:gunicorn-gthread:sync:c4:t4",
                ),
                Reading(
                    name="many",
                    says="latency of the report with 32 connections",
                    figure="latency_ms",
                    cell="report:gunicorn-gthread:sync:c32:t32",
                ),
            )
        ),
        depends=("django", "psycopg", "gunicorn"),
    ),
    Evidence(
        id="task-conn",
        claim="A query of a task that outlives its request opens a connection of its own, which "
        "no end of a request closes.",
        proof=Tested(
            quantities=(
                Quantity(name="tasks", says="tasks that were left behind", unit="tasks"),
                Quantity(
                    name="connections",
                    says="connections that they hold when all requests have ended",
                    unit="connections",
                ),
            )
        ),
        depends=("asgiref", "django", "uvicorn"),
    ),
    Evidence(
        id="stream-conn",
        claim="One query before a stream holds its database connection until the stream ends, so "
        "a pool bounds the streams and everything else waits for them; given back before the "
        "first part, none is held.",
        proof=Tested(
            quantities=(
                Quantity(name="streams", says="open streams, one query each", unit="streams"),
                Quantity(name="held", says="connections that they hold", unit="connections"),
                Quantity(
                    name="given-back",
                    says="connections held when each stream has given its own back",
                    unit="connections",
                ),
                Quantity(
                    name="pool", says="streams that take all of a pool of five", unit="streams"
                ),
                Quantity(
                    name="through-pool",
                    says="streams that leave that pool to others, having given back",
                    unit="streams",
                ),
            )
        ),
        depends=("django", "psycopg", "uvicorn"),
    ),
    Evidence(
        id="cache",
        claim="A list that is kept in a cache costs a fraction of the same list from the "
        "database, for the server and for the database.",
        proof=Measured(
            readings=(
                Reading(
                    name="ratio",
                    says="CPU per request of a list on gthread: from the database, divided by "
                    "from a cache in Valkey",
                    figure="cpu_ms",
                    cell="orm-list:gunicorn-gthread:sync:c16:t8",
                    over="orm-list-cached:gunicorn-gthread:sync:c16:t8",
                    at_least=2.0,
                ),
                Reading(
                    name="page",
                    says="CPU per request of the list from the cache",
                    figure="cpu_ms",
                    cell="orm-list-cached:gunicorn-gthread:sync:c16:t8",
                ),
                Reading(
                    name="database",
                    says="CPU per request of the list from the database",
                    figure="cpu_ms",
                    cell="orm-list:gunicorn-gthread:sync:c16:t8",
                ),
                Reading(
                    name="rate",
                    says="requests per second of the list: from the cache, divided by from the "
                    "database",
                    figure="rate",
                    cell="orm-list-cached:gunicorn-gthread:sync:c16:t8",
                    over="orm-list:gunicorn-gthread:sync:c16:t8",
                ),
            )
        ),
        depends=("django", "redis", "psycopg", "gunicorn"),
    ),
    Evidence(
        id="cache-stampede",
        claim="When a kept value has expired, every request that comes before it is made again "
        "makes it; with a lock that one of them gets, one makes it, and the others take the old "
        "one or wait.",
        proof=Tested(
            quantities=(
                Quantity(name="plain", says="requests that make it, with get_or_set"),
                Quantity(name="requests", says="requests that want it at once", unit="requests"),
                Quantity(name="chosen", says="requests that make it, with a lock"),
            )
        ),
        depends=("django", "redis"),
    ),
    Evidence(
        id="cache-private",
        claim="cache_page keeps a page before the session's middleware has said that it varies by "
        "cookie, so a page that one visitor is named on is shown to another; with vary_on_cookie "
        "below it, or with the middleware for the whole site, it is not.",
        proof=Tested(
            quantities=(
                Quantity(name="names", says="names that were read on the page", unit="names"),
                Quantity(name="visitors", says="visitors, each logged in by a name of their own"),
            )
        ),
    ),
)
