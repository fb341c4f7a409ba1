"""Other frameworks, and code that is moved out of the project."""

from crossroads.evidence.model import Evidence, Measured, Quantity, Reading, Tested

CLAIMS = (
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
    Evidence(
        id="fastapi-query",
        claim="A request with a query costs FastAPI with raw SQL far less CPU than Django with its "
        "ORM on the same server.",
        proof=Measured(
            readings=(
                Reading(
                    name="query",
                    says="CPU per request with a query on uvicorn, async, no middleware: Django "
                    "and its ORM, divided by FastAPI and psycopg",
                    figure="cpu_ms",
                    cell="parcel:uvicorn:async:c16",
                    over="parcel:fastapi:async:c16",
                    at_least=1.3,
                ),
                Reading(
                    name="query-wsgi",
                    says="CPU per request with a query: Django and its ORM on gunicorn gthread "
                    "without middleware, divided by FastAPI and psycopg on uvicorn",
                    figure="cpu_ms",
                    cell="parcel:gunicorn-gthread:sync:c16:t8",
                    over="parcel:fastapi:async:c16",
                ),
                Reading(
                    name="raw",
                    says="CPU per request with a query in raw SQL: Django on gunicorn gthread "
                    "without middleware, divided by FastAPI on uvicorn",
                    figure="cpu_ms",
                    cell="parcel-raw:gunicorn-gthread:sync:c16:t8",
                    over="parcel:fastapi:async:c16",
                ),
                Reading(
                    name="orm",
                    says="CPU per request with a query on gunicorn gthread: through the ORM, "
                    "divided by raw SQL",
                    figure="cpu_ms",
                    cell="parcel:gunicorn-gthread:sync:c16:t8",
                    over="parcel-raw:gunicorn-gthread:sync:c16:t8",
                ),
            )
        ),
        depends=("django", "fastapi", "uvicorn", "psycopg"),
    ),
    Evidence(
        id="fastapi-threads",
        claim="FastAPI runs what is `def` in a pool of threads with a bound, and further requests "
        "queue for it, a health check that is `def` too.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="threads",
                    says="`def` endpoints in progress at once in one process",
                    unit="threads",
                ),
                Quantity(name="requests", says="requests that came at once", unit="requests"),
                Quantity(
                    name="queue", says="of them, those that waited for a thread", unit="requests"
                ),
                Quantity(
                    name="set",
                    says="`def` endpoints in progress at once where the bound was raised",
                    unit="threads",
                ),
            )
        ),
        depends=("fastapi", "starlette"),
    ),
    Evidence(
        id="ninja-async",
        claim="In Django Ninja an async operation runs on the event loop with no hop of its own, "
        "and a sync operation takes one, with or without an async operation on its path.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="async", says="of an async operation, without middleware", unit="hops"
                ),
                Quantity(
                    name="django",
                    says="of an async view of Django, without middleware",
                    unit="hops",
                ),
                Quantity(name="sync", says="of a sync operation", unit="hops"),
                Quantity(
                    name="mixed",
                    says="of a sync operation whose path has an async one",
                    unit="hops",
                ),
                Quantity(
                    name="checked",
                    says="of an async operation whose token is checked by a `def`",
                    unit="hops",
                ),
                Quantity(
                    name="checked-async",
                    says="of an async operation whose token is checked by an `async def`",
                    unit="hops",
                ),
            )
        ),
        depends=("django", "django-ninja", "asgiref"),
    ),
    Evidence(
        id="drf-async",
        claim="Django REST framework has no async code, and an `async def` method of its APIView "
        "fails when it is asked.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="functions",
                    says="async functions and awaits in the installed package",
                    unit="",
                ),
            )
        ),
        depends=("djangorestframework", "django"),
    ),
    Evidence(
        id="adrf-hops",
        claim="An async view of adrf goes into the request's thread for its checks and again to "
        "render, so it takes as many hops as a sync view of Django REST framework.",
        proof=Tested(
            quantities=(
                Quantity(name="adrf", says="of an async view of adrf", unit="hops"),
                Quantity(name="drf", says="of a sync view of Django REST framework", unit="hops"),
                Quantity(name="plain", says="of an async view of Django", unit="hops"),
                Quantity(
                    name="back",
                    says="times that an async permission is called back from the thread",
                    unit="",
                ),
            )
        ),
        depends=("adrf", "djangorestframework", "django", "asgiref"),
    ),
    Evidence(
        id="hop",
        claim="A call over HTTP to a service that answers at once costs the caller alone more CPU "
        "than a small view that does the work itself.",
        proof=Measured(
            readings=(
                Reading(
                    name="ratio",
                    says="CPU per request on gthread: a quote asked for over HTTP, divided by the "
                    "same quote computed in the view",
                    figure="cpu_ms",
                    cell="call:gunicorn-gthread:sync:c16:t8",
                    over="quote:gunicorn-gthread:sync:c16:t8",
                    at_least=1.5,
                ),
                Reading(
                    name="call",
                    says="CPU per request with the call, of the caller alone",
                    figure="cpu_ms",
                    cell="call:gunicorn-gthread:sync:c16:t8",
                ),
                Reading(
                    name="here",
                    says="CPU per request with the quote computed in the view",
                    figure="cpu_ms",
                    cell="quote:gunicorn-gthread:sync:c16:t8",
                ),
            )
        ),
        depends=("django", "httpx", "gunicorn"),
    ),
)
