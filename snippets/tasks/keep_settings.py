"""The desk with the Celery that runs already, and new code in Django's own interface."""

from queues.celery.settings import *

# --8<-- [start:settings]
TASKS = {"default": {"BACKEND": "tasks.celery_backend.CeleryBackend"}}
# Where autodiscovery does not look: it takes modules named `tasks` of installed apps.
CELERY_IMPORTS = ["tasks.canary", "tasks.celery_backend"]
# --8<-- [end:settings]
