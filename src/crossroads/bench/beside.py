"""What runs beside the server of a cell: the desk's database, a cache, the carriers."""

import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crossroads.bench.workloads import Need
from crossroads.errors import CrossroadsError
from crossroads.services.carriers import start_carriers
from crossroads.services.pgbouncer import start_pgbouncer
from crossroads.services.postgres import Postgres, start_postgres
from crossroads.services.process import Process
from crossroads.services.service import Service
from crossroads.services.valkey import start_valkey

PARCELS = 500
"""Parcels in the database of a run."""


class DatabaseError(CrossroadsError):
    """The example app could not fill its database."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A service that a cell may need, or the reason why there is none."""

    env: Mapping[str, str] = field(default_factory=dict)
    """Tells the example app where it is."""
    problem: str = ""
    """Why it is not there; empty when it is."""
    processes: tuple[Process, ...] = ()
    """What was started for it."""


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


type Start = Callable[[Path, Collection[int] | None], AbstractContextManager[Service]]


@contextmanager
def bounced_database(root: Path, *, cpus: Collection[int] | None = None) -> Iterator[Service]:
    """Give a PgBouncer in front of a database of its own, as the site shows it.

    Raises:
        CrossroadsError: One of the two is not there, or could not be filled.
    """
    config = root / "snippets" / "deploy" / "pgbouncer.ini"
    # Our PostgreSQL asks for no password, so that none is paid for on one side alone.
    settings = {"auth_type": "trust", "default_pool_size": 8}
    with (
        loaded_database(root, cpus=cpus) as database,
        start_pgbouncer(config, database.url, settings=settings, cpus=cpus) as bouncer,
    ):
        yield Service(bouncer.url, [*database.processes, *bouncer.processes])


STARTS: Mapping[Need, tuple[Start, str]] = {
    "postgres": (lambda root, cpus: loaded_database(root, cpus=cpus), "DATABASE_URL"),
    "pgbouncer": (lambda root, cpus: bounced_database(root, cpus=cpus), "DATABASE_URL"),
    "valkey": (lambda _root, cpus: start_valkey(cpus=cpus), "REDIS_URL"),
    # They answer at once: what is measured is the call.
    "carriers": (lambda _root, cpus: start_carriers(latency_ms=0, cpus=cpus), "CARRIERS_URL"),
}
"""What a workload may need, how it is started, and the variable that tells the app of it."""


@contextmanager
def beside(
    root: Path, needs: Iterable[Need], cpus: Collection[int] | None = None
) -> Iterator[Mapping[Need, Beside]]:
    """Give each service of `needs`; one that cannot be started comes with its reason."""
    with ExitStack() as stack:
        found: dict[Need, Beside] = {}
        for need in sorted(set(needs)):
            start, variable = STARTS[need]
            try:
                service = stack.enter_context(start(root, cpus))
            except CrossroadsError as error:
                reason = f"{error.problem} ({error.known.splitlines()[0]})"
                found[need] = Beside(problem=reason)
            else:
                found[need] = Beside(
                    env={variable: service.url}, processes=tuple(service.processes)
                )
        yield found
