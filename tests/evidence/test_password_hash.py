"""Where a password is hashed: on the loop, or beside it."""

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth import aauthenticate
from django.contrib.auth.hashers import MD5PasswordHasher, acheck_password
from django.db import connections
from django.test import override_settings

USERS = """CREATE TABLE auth_user (id integer PRIMARY KEY, password, last_login, is_superuser,
username UNIQUE, first_name, last_name, email, is_staff, is_active, date_joined)"""
hashed_in = []


class Hasher(MD5PasswordHasher):
    """A quick one that notes in which thread it works."""

    algorithm = "noted"

    def encode(self, password, salt):
        hashed_in.append(threading.get_ident())
        return f"noted${salt}${password}"

    def verify(self, password, encoded):
        return self.encode(password, encoded.split("$")[1]) == encoded

    def decode(self, encoded):
        return {"salt": encoded.split("$")[1], "algorithm": self.algorithm}

    def must_update(self, _encoded):
        return False


@pytest.fixture
def users(django_in_process, monkeypatch, tmp_path):  # noqa: ARG001 - it sets up
    """Give the users, of whom there is none yet."""
    monkeypatch.setitem(connections.settings["default"], "NAME", str(tmp_path / "users"))
    with closing(sqlite3.connect(tmp_path / "users", autocommit=True)) as database:
        database.execute(USERS)
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.Hasher"]):
        yield apps.get_model("auth", "User").objects


@pytest.mark.evidence("password-hash")
def test_a_login_hashes_beside_the_loop_and_acreate_user_on_it(users, record):
    async def count(hashing):
        hashed_in.clear()
        await hashing
        return sum(thread == threading.get_ident() for thread in hashed_in)

    async def on_the_loop():
        made = await count(users.acreate_user("mila", password="of a test"))  # noqa: S106
        user = await users.aget()
        found = {
            "acreate_user": made,
            "acheck_password": await count(acheck_password("of a test", user.password)),
            "aauthenticate": await count(aauthenticate(username="mila", password="of a test")),  # noqa: S106
            "a stranger": await count(aauthenticate(username="olga", password="of a test")),  # noqa: S106
        }
        # The thread of the ORM outlives the loop, and no request ends that would close these.
        await sync_to_async(connections.close_all)()
        return found

    found = asyncio.run(on_the_loop())

    assert found == {"acreate_user": 1, "acheck_password": 0, "aauthenticate": 0, "a stranger": 0}
    assert hashed_in, "for a stranger a password is hashed as well"
    record(login=0, sign_up=1)
