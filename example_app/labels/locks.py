"""A lock that two starts of a command share, and that ends with the process that holds it."""

import fcntl
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from django.db import connection


# --8<-- [start:only-one]
def only_one(name):
    """Give True to whoever asks first, and False to others until that one is done.

        with only_one("print_labels") as is_ours:

    PostgreSQL holds the lock for all machines. Beside SQLite it is a file on this machine, and
    no other has the database. Either is free again when its process is gone, even if killed.
    """
    return by_postgresql(name) if connection.vendor == "postgresql" else by_file(name)


@contextmanager
def by_postgresql(name):
    key = [crc32(name.encode())]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", key)
        is_ours = cursor.fetchone()[0]
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s)", key)


@contextmanager
def by_file(name):
    with Path(f"{connection.settings_dict['NAME']}.{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


# --8<-- [end:only-one]
