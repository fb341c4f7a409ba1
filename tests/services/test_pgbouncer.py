"""The PgBouncer of the tests and of the benchmark, run from the file that the site shows."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from crossroads.services import pgbouncer
from crossroads.services.pgbouncer import PgBouncer, find_program, start_pgbouncer
from crossroads.services.postgres import Postgres
from crossroads.services.process import ServiceError

CONFIG = Path(__file__).parents[2] / "snippets" / "deploy" / "pgbouncer.ini"


@pytest.fixture
def bouncer(postgres: Postgres, pgbouncer_program: Path) -> Iterator[PgBouncer]:  # noqa: ARG001
    with start_pgbouncer(CONFIG, postgres.url) as service:
        yield service


def connect(service: PgBouncer, **other: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(service.url, autocommit=True, **other)  # type: ignore[arg-type]


def test_it_answers_from_the_database_behind_it(bouncer: PgBouncer, postgres: Postgres) -> None:
    with connect(bouncer) as client, psycopg.connect(postgres.url) as direct:
        asked = "SELECT current_setting('port')"
        assert client.execute(asked).fetchone() == direct.execute(asked).fetchone()


def test_whoever_has_no_password_is_refused(bouncer: PgBouncer) -> None:
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        connect(bouncer, password="guessed")  # noqa: S106 - it is wrong


def test_a_setting_can_be_replaced(postgres: Postgres, pgbouncer_program: Path) -> None:  # noqa: ARG001
    with ExitStack() as stack:
        service = stack.enter_context(
            start_pgbouncer(CONFIG, postgres.url, settings={"default_pool_size": 2})
        )
        clients = [stack.enter_context(connect(service)) for _ in range(4)]
        sessions = [client.execute("SELECT pg_backend_pid()").fetchone() for client in clients]

        assert len(clients) == 4
        assert len({*sessions}) <= 2


def test_it_is_ended_with_its_files(bouncer: PgBouncer) -> None:
    process = bouncer.processes[0]
    folder = Path(process.tree()[0].cwd())
    assert all(member.uids().real != 0 for member in process.tree())

    bouncer.stop()

    assert not process.tree()
    assert not folder.exists()


def test_a_pgbouncer_that_is_nowhere_is_an_error_that_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pgbouncer, "SYSTEM_PROGRAMS", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ServiceError, match="there is no PgBouncer") as caught:
        find_program()

    assert caught.value.remedy == "apt install pgbouncer"
