"""The desk with django-q2."""

from config.settings import *

# --8<-- [start:settings]
# Its jobs, schedules and results are rows of its own tables: manage.py migrate makes them.
INSTALLED_APPS = [*INSTALLED_APPS, "django_q"]

Q_CLUSTER = {
    "orm": "default",  # jobs wait in this database; without the line, in a Redis
    "workers": 2,  # processes, with a job each
    # Seconds. A job that takes longer is ended, and has failed.
    "timeout": 60,
    # So many more jobs are taken from the table and wait for a worker.
    "queue_limit": 2,
    # Seconds after which a job that was taken and is not done is given to a worker again.
    # It counts from the taking. Jobs that wait for those before them must be done by then,
    # or they run twice: here the last one has three timeouts to wait.
    "retry": 300,
    # A job that fails is given out again too, so often in all. 0, the default: forever.
    "max_attempts": 3,
    # After a pause a schedule runs once, and not once for each time it missed.
    "catch_up": False,
}

# A line for each job that starts and ends. Those that fail are logged without it too.
LOGGING = {**LOGGING, "loggers": {"django-q": {"level": "INFO"}}}
# --8<-- [end:settings]
