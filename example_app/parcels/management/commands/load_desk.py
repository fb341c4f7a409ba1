"""Fill the desk with believable data."""

from datetime import UTC, datetime, timedelta
from random import Random

from django.core.management.base import BaseCommand
from django.db import transaction
from rates.prices import CARRIERS

from parcels.models import Customer, Depot, Event, Parcel

DEPOTS = {"Elbe": "Hamburg", "Spree": "Berlin", "Main": "Frankfurt", "Isar": "Munich"}
FIRST_NAMES = ("Amara", "Ben", "Chiara", "David", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas")
LAST_NAMES = ("Albrecht", "Brandt", "Costa", "Demir", "Engel", "Fischer", "Garcia", "Haas")
STREETS = ("Lindenweg", "Hafenstraße", "Am Markt", "Bergallee", "Mühlenring", "Parkstraße")
CITIES = (
    ("20095", "Hamburg", "DE"),
    ("10115", "Berlin", "DE"),
    ("50667", "Cologne", "DE"),
    ("80331", "Munich", "DE"),
    ("1010", "Vienna", "AT"),
    ("75001", "Paris", "FR"),
)
NOTES = ("Announced by the shop", "Picked up", "Sorted", "Out for delivery", "Delivered")
START = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)


class Command(BaseCommand):
    help = "Fills the desk with believable data, always the same. Rows that exist stay as they are."

    def add_arguments(self, parser):
        parser.add_argument("--parcels", type=int, default=500, help="how many (default 500)")

    def handle(self, *, parcels, **_options):
        with transaction.atomic():
            load(parcels)
        self.stdout.write(f"The desk has {parcels} parcels.")
        self.stdout.write("To log in at /desk/, make a user: manage.py createsuperuser")


# --8<-- [start:bulk-create]
def load(count):
    """Create what is missing, in eight queries for 500 parcels.

    `ignore_conflicts` lets the database skip rows that it has, by their unique number,
    e-mail address or name. It does not tell their primary keys, so those are read back.
    """
    Depot.objects.bulk_create(make_depots(), ignore_conflicts=True)
    Customer.objects.bulk_create(make_customers(), ignore_conflicts=True)
    depots = Depot.objects.in_bulk(DEPOTS, field_name="name")
    customers = Customer.objects.in_bulk(
        [customer.email for customer in make_customers()], field_name="email"
    )

    made = [make_parcel(i, [*customers.values()], [*depots.values()]) for i in range(count)]
    Parcel.objects.bulk_create(made, ignore_conflicts=True)
    parcels = Parcel.objects.in_bulk([parcel.number for parcel in made], field_name="number")
    events = [event for parcel in parcels.values() for event in make_events(parcel)]
    Event.objects.bulk_create(events, ignore_conflicts=True)


# --8<-- [end:bulk-create]


def make_depots():
    return [Depot(name=name, city=city) for name, city in DEPOTS.items()]


def make_customers():
    random = random_for("customers")
    customers = []
    for first in FIRST_NAMES:
        for last in LAST_NAMES:
            postcode, city, country = random.choice(CITIES)
            customers.append(
                Customer(
                    name=f"{first} {last}",
                    email=f"{first}.{last}@example.com".lower(),
                    street=f"{random.choice(STREETS)} {random.randint(1, 120)}",
                    postcode=postcode,
                    city=city,
                    country=country,
                )
            )
    return customers


def make_parcel(i, customers, depots):
    # Each parcel has its own seed, so 600 parcels are the 500 you have and 100 more.
    random = random_for(f"parcel {i}")
    return Parcel(
        number=f"DX{i:08}",
        customer=random.choice(customers),
        depot=random.choice(depots),
        carrier=random.choice(CARRIERS),
        weight_g=random.randint(100, 20_000),
        status=random.choice(Parcel.Status.values),
        created=START + timedelta(minutes=17 * i),
    )


def make_events(parcel):
    """Return one event for each step up to the parcel's status, some hours apart."""
    random = random_for(f"events {parcel.number}")
    at = parcel.created
    for note in NOTES[: Parcel.Status.values.index(parcel.status) + 1]:
        place = random.choice([*DEPOTS.values()])
        yield Event(parcel=parcel, at=at, place=place, note=note)
        at += timedelta(minutes=random.randint(60, 600))


def random_for(seed):
    # The same seed gives the same data everywhere; nothing is kept secret with it.
    return Random(seed)
