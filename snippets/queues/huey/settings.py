"""The desk with Huey."""

import os

from config.settings import *

# In your project the tasks are in an app that is installed already, such as labels.
INSTALLED_APPS = [*INSTALLED_APPS, "queues.huey"]

# --8<-- [start:settings]
INSTALLED_APPS = [*INSTALLED_APPS, "huey.contrib.djhuey"]

HUEY = {
    "name": "desk",
    # Jobs in a file of their own, on a disk of this machine. With Redis it is
    # "huey_class": "huey.RedisHuey", "connection": {"url": "redis://…"}.
    "huey_class": "huey.SqliteHuey",
    "filename": os.environ["QUEUE_FILE"],
    # Without this line a job runs inside the request wherever DEBUG is on, and what you
    # develop with is not what you deploy.
    "immediate": False,
    "consumer": {
        "workers": int(os.environ.get("QUEUE_WORKERS", "2")),  # threads
        # Seconds at most until an idle worker looks for a job.
        "max_delay": 1,
        # SIGTERM, which systemd and containers send, lets jobs in progress end. Without
        # this line it interrupts them, and they are lost.
        "graceful_signal": "TERM",
    },
}
# --8<-- [end:settings]

# --8<-- [start:django-tasks]
# Huey also stands behind Django's own interface: @task of django.tasks, and .enqueue().
TASKS = {
    "default": {
        "BACKEND": "huey.contrib.djhuey.tasks_backend.HueyBackend",
        "ENQUEUE_ON_COMMIT": True,
    }
}
# --8<-- [end:django-tasks]
