"""The jobs of the desk: labels/tasks.py in your project."""

# --8<-- [start:task]
from django.db import OperationalError
from labels import printing
from procrastinate import RetryStrategy, builtin_tasks
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

MAX_ATTEMPTS = 3


# What passes by itself is tried again: a database that is away for a moment. The waits
# are 5, 25 and 125 seconds. A parcel that is not there is a mistake, and stays one.
@app.task(
    retry=RetryStrategy(
        max_attempts=MAX_ATTEMPTS, exponential_wait=5, retry_exceptions=[OperationalError]
    )
)
def print_label(number):
    return printing.print_label(number)


# --8<-- [end:task]


# --8<-- [start:stalled]
# A worker that is killed leaves its job in `doing`, where it holds its lock, and nothing
# but this takes it up. Workers say every 10 seconds that they live; one that has not
# for 30 seconds counts as gone.
@app.periodic(cron="* * * * *")
@app.task(queueing_lock="requeue_stalled")
async def requeue_stalled(timestamp):
    for job in await app.job_manager.get_stalled_jobs():
        if job.attempts < MAX_ATTEMPTS:
            await app.job_manager.retry_job(job)
        else:  # it may be what kills the workers, so it is tried no more
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)


# --8<-- [end:stalled]


# --8<-- [start:periodic]
# Five fields, as in a crontab, but hours are in UTC, whatever TIME_ZONE says.
@app.periodic(cron="30 2 * * *")
@app.task(queueing_lock="remove_old", pass_context=True)
async def remove_old(context, timestamp):
    """Remove what succeeded a week ago. Otherwise every job is kept for good."""
    await builtin_tasks.remove_old_jobs(context, max_hours=7 * 24)


# --8<-- [end:periodic]
