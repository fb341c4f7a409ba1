"""Has every event that is saved announced, whoever saves it."""

from django.apps import AppConfig
from django.db.models.signals import post_save


class TrackingConfig(AppConfig):
    name = "tracking"

    def ready(self):
        # Both need the models, which are there only now.
        from parcels.models import Event

        from tracking.reports import announce

        post_save.connect(announce, sender=Event, dispatch_uid="announce")
