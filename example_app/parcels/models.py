"""What the desk knows."""

from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from rates.prices import CARRIERS


class Depot(models.Model):
    name = models.CharField(max_length=80, unique=True)
    city = models.CharField(max_length=80)

    def __str__(self):
        return self.name


class Customer(models.Model):
    name = models.CharField(max_length=120)
    email = models.EmailField(unique=True)
    street = models.CharField(max_length=120)
    postcode = models.CharField(max_length=12)
    city = models.CharField(max_length=80)
    country = models.CharField(max_length=2, default="DE")

    def __str__(self):
        return self.name


# --8<-- [start:parcel-queries]
class ParcelQuerySet(models.QuerySet):
    def for_desk(self):
        """Return the parcels with all that the desk shows, always in two queries.

        Left out, each parcel would ask for its customer, its depot and its events:
        61 queries for 20 parcels. In async code it would not even be slow, but fail:
        there a related object that is not loaded raises SynchronousOnlyOperation.
        """
        latest = Event.objects.order_by("-at")[:3]
        return self.select_related("customer", "depot").prefetch_related(
            Prefetch("events", latest, to_attr="latest_events")
        )

    def newest(self, count=20):
        return self.for_desk().order_by("-created", "-pk")[:count]

    def search(self, words, count=20):
        """Return the newest parcels whose number begins so, or whose customer's name has it."""
        found = Q(number__startswith=words.upper()) | Q(customer__name__icontains=words)
        return self.filter(found).newest(count)


# --8<-- [end:parcel-queries]


class Parcel(models.Model):
    class Status(models.TextChoices):
        ANNOUNCED = "announced"
        PICKED_UP = "picked up"
        AT_DEPOT = "at depot"
        ON_THE_WAY = "on the way"
        DELIVERED = "delivered"

    number = models.CharField(max_length=16, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="parcels")
    depot = models.ForeignKey(Depot, models.PROTECT, related_name="parcels")
    carrier = models.CharField(max_length=16, choices=[(name, name) for name in CARRIERS])
    weight_g = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=Status, default=Status.ANNOUNCED)
    created = models.DateTimeField(default=timezone.now)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        indexes = [
            # The list and the search read parcels in this order and stop after 20.
            models.Index(fields=["-created", "-id"], name="parcel_newest"),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("parcel", args=[self.number])


class Event(models.Model):
    # No index of its own: the one behind `event_once` begins with the parcel.
    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="events", db_index=False)
    at = models.DateTimeField()
    place = models.CharField(max_length=80)
    note = models.CharField(max_length=120)

    class Meta:
        ordering = ["-at"]
        constraints = [
            # A scanner that reports twice is heard once. The index behind it also finds
            # the latest events of a parcel.
            models.UniqueConstraint(fields=["parcel", "at"], name="event_once"),
        ]

    def __str__(self):
        return f"{self.parcel_id}: {self.note}"
