"""The desk with Dramatiq."""

import os

from config.settings import *

# In your project the tasks are in an app that is installed already, such as labels.
INSTALLED_APPS = [*INSTALLED_APPS, "queues.dramatiq"]

# --8<-- [start:settings]
# Before the apps that have tasks: it sets the broker that those are declared with.
INSTALLED_APPS = ["django_dramatiq", *INSTALLED_APPS]

DRAMATIQ_BROKER = {
    "BROKER": "dramatiq.brokers.redis.RedisBroker",
    "OPTIONS": {
        # A Redis that holds jobs must not throw keys away (maxmemory-policy noeviction),
        # so it is not the one of the cache.
        "url": os.environ["QUEUE_URL"],
        # Look for the jobs of workers that are gone at each command, and not at one in a
        # thousand, which an idle worker sends in most of an hour.
        "maintenance_chance": 1_000_000,
    },
    # What is not in this list is not done: no limits and no retries without their lines.
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "dramatiq.middleware.ShutdownNotifications",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Retries",
        # Gives database connections back round each job.
        "django_dramatiq.middleware.DbConnectionsMiddleware",
        # Keeps a row for each job, which the admin shows.
        "django_dramatiq.middleware.AdminMiddleware",
    ],
}
# --8<-- [end:settings]
