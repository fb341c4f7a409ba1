"""A PostgreSQL that holds the desk's parcels, for the cells that read them."""

import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from crossroads.errors import CrossroadsError
from crossroads.services.postgres import Postgres, start_postgres

PARCELS = 500
"""Parcels in the database of a run."""


class DatabaseError(CrossroadsError):
    """The example app could not fill its database."""


@contextmanager
def loaded_database(root: Path, *, cpus: Collection[int] | None = None) -> Iterator[Postgres]:
    """Give a PostgreSQL with the schema and the parcels of the example app.

    Raises:
        CrossroadsError: There is no PostgreSQL, or it could not be filled.
    """
    with start_postgres(cpus=cpus) as postgres:
        for command in (["migrate"], ["load_desk", "--parcels", str(PARCELS)]):
            _manage(root, postgres.url, command)
        yield postgres


def _manage(root: Path, database_url: str, command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *command, "--verbosity", "0"],
        cwd=root / "example_app",
        env={**os.environ, "DATABASE_URL": database_url, "DJANGO_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DatabaseError(
            f"manage.py {command[0]} failed",
            done.stderr.strip().splitlines()[-1] if done.stderr else "it printed nothing",
            "run it by hand in example_app/ to see more",
        )
