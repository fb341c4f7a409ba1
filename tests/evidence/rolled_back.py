"""A test of Django's TestCase whose queries are in two threads; it prints what each could see.

It runs on the database as it is: `python rolled_back.py`, with the desk's settings.
"""

import asyncio
import json
import unittest

import django
from asgiref.sync import sync_to_async
from django.apps import apps
from django.test import TestCase


def count(city: str) -> int:
    """Count the depots of a city."""
    return int(depots().filter(city=city).count())


def depots() -> object:
    """Return what depots are asked with."""
    return apps.get_model("parcels", "Depot").objects


class Rollback(TestCase):
    """One async test."""

    found: dict[str, int] = {}  # noqa: RUF012 - for all of this run

    async def test_two_threads(self) -> None:
        """Make a depot in the test's thread, look for it in another, and make one there."""
        await depots().acreate(name="of the test", city="Here")
        self.found["own"] = await depots().filter(city="Here").acount()
        self.found["other"] = await asyncio.to_thread(count, "Here")
        create = sync_to_async(depots().create, thread_sensitive=False)
        await create(name="of the other thread", city="There")


django.setup()
result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(Rollback).run(result)
if not result.wasSuccessful():
    raise SystemExit(str(result.failures + result.errors))
print(json.dumps(Rollback.found | {"left": count("There"), "own left": count("Here")}))  # noqa: T201
