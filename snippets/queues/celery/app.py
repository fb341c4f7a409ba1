"""The Celery of the project: config/celery.py in yours."""

# --8<-- [start:app]
import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("desk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()  # the module `tasks` of each installed app
# --8<-- [end:app]
