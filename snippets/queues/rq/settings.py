"""The desk with RQ."""

import os

from config.settings import *

# --8<-- [start:settings]
INSTALLED_APPS = [*INSTALLED_APPS, "django_rq"]

RQ_QUEUES = {
    "default": {
        # A Redis that holds jobs must not throw keys away (maxmemory-policy noeviction),
        # so it is not the one of the cache.
        "URL": os.environ["QUEUE_URL"],
        # Seconds that a job may run. Then it has failed.
        "DEFAULT_TIMEOUT": 300,
    },
}
# A job waits for the end of its transaction, and goes with it when that is rolled back.
# It is the default, and written down since jobs are lost or run early without it.
RQ = {"COMMIT_MODE": "on_db_commit"}
# --8<-- [end:settings]
