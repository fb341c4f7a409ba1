"""A test that fails when somebody brings the loop back. In your project: tests.py of the app."""

# --8<-- [start:test]
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from parcels.models import Customer, Depot, Event, Parcel


class DeskQueriesTest(TestCase):
    def add_parcel(self, number):
        customer = Customer.objects.create(name=number, email=f"{number}@example.com")
        depot = Depot.objects.create(name=number)
        parcel = Parcel.objects.create(
            number=number, customer=customer, depot=depot, carrier="postal", weight_g=1000
        )
        for hours in range(3):
            Event.objects.create(parcel=parcel, at=timezone.now() - timedelta(hours=hours))

    def test_the_desk_asks_as_often_for_ten_parcels_as_for_one(self):
        self.client.force_login(User.objects.create_user("clerk"))
        self.add_parcel("DX1")
        with CaptureQueriesContext(connection) as for_one:
            self.client.get("/desk/")

        for n in range(2, 11):
            self.add_parcel(f"DX{n}")
        with self.assertNumQueries(len(for_one)):
            self.client.get("/desk/")


# --8<-- [end:test]
