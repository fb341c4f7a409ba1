"""Other frameworks, and code that is moved out of the project."""

from crossroads.evidence.model import Evidence, Measured, Reading, unproven

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
    unproven(
        "hop",
        "An internal call with a token and JSON costs more than many of the functions that are "
        "moved behind one.",
        "cells with and without the call",
    ),
)
