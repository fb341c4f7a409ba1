"""A parcel's label, printed outside the request."""

from django.db import models
from parcels.models import Parcel


class Label(models.Model):
    parcel = models.OneToOneField(Parcel, models.CASCADE, related_name="label")
    pdf = models.BinaryField()
    printed = models.DateTimeField(auto_now=True)

    def __str__(self):
        return f"label of {self.parcel_id}"
