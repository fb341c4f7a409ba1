"""The desk with Celery."""

import os

from config.settings import *

# In your project the tasks are in an app that is installed already, such as labels.
INSTALLED_APPS = [*INSTALLED_APPS, "queues.celery"]

# --8<-- [start:settings]
# A Redis that holds jobs must not throw keys away (maxmemory-policy noeviction),
# so it is not the one of the cache.
CELERY_BROKER_URL = os.environ["QUEUE_URL"]
# A job leaves the queue when it is done, and not when it is begun.
CELERY_TASK_ACKS_LATE = True
# One whose process is killed is tried again, at most `max_retries` times.
CELERY_TASK_RETRY_ON_WORKER_LOST = True
# A process takes one job at a time, so a short one does not wait behind a long one.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Seconds. First an exception in the job, then the end of its process.
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
# Redis gives a job that is not done by then to another worker as well. So it is longer
# than the time limit, and than any countdown or eta.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Results are kept only where something reads them: @app.task(ignore_result=False).
CELERY_TASK_IGNORE_RESULT = True
# --8<-- [end:settings]

# --8<-- [start:results]
# A chord counts its parts here. In Redis a count is a single step, so no part is missed.
CELERY_RESULT_BACKEND = os.environ["QUEUE_URL"]
# --8<-- [end:results]
