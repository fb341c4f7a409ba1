"""Work outside the request: threads of a view, queues, schedules."""

from crossroads.evidence.model import Evidence, Quantity, Tested, unproven

CLAIMS = (
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
    unproven(
        "offload",
        "A view that hands its work to a queue answers as soon as the job is stored, and not when "
        "it is done.",
        "cells with the work in the view and in a worker",
    ),
    unproven(
        "queue-commit",
        "A job that is enqueued inside a transaction which is rolled back still runs, unless the "
        "queue keeps its jobs in the same database or waits for the commit.",
        "a test of a rollback with each queue",
    ),
    unproven(
        "queue-crash",
        "When a worker is killed in the middle of a job, each queue does one of three things with "
        "its defaults: it loses the job, repeats it, or leaves it running forever.",
        "a test that kills the worker of each queue",
    ),
    unproven(
        "queue-age",
        "The age of the oldest waiting job can be read from every queue.",
        "a test with a waiting job in each queue",
    ),
    *(
        unproven(
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
)
