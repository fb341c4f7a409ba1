"""The desk with Procrastinate."""

from config.settings import *

# --8<-- [start:settings]
# Its jobs are rows of its own tables: manage.py migrate makes them. The database of
# the desk must be PostgreSQL.
INSTALLED_APPS = [*INSTALLED_APPS, "procrastinate.contrib.django"]

# A line for each job that starts and ends. Those that fail are logged without it too.
LOGGING = {**LOGGING, "loggers": {"procrastinate": {"level": "INFO"}}}
# --8<-- [end:settings]

# In your project the tasks are in an app that is installed, and are found there.
PROCRASTINATE_IMPORT_PATHS = ["queues.procrastinate.tasks"]
