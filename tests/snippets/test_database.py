"""The settings for connections do what their comments say, and the sum adds up."""

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from crossroads.services.pgbouncer import PgBouncer, start_pgbouncer
from crossroads.services.postgres import Postgres

ROOT = Path(__file__).parents[2]
SNIPPETS = ROOT / "snippets" / "database"
CONFIG = ROOT / "snippets" / "deploy" / "pgbouncer.ini"
ENVIRONMENT = {
    "DATABASE_CONN_MAX_AGE": "",
    "DATABASE_POOL": "",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "PYTHONPATH": f"{ROOT / 'snippets'}:{ROOT / 'example_app'}",
}
ASK = """
import django
from django.db import connection
django.setup()
def ask(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
"""


@pytest.fixture(scope="module")
def database_url(postgres: Postgres) -> Iterator[str]:
    """Give the address of a database of our own, which is empty."""
    name = f"settings_{os.getpid()}"
    with psycopg.connect(postgres.url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def run(database_url: str) -> Callable[..., str]:
    """Give a function that runs code with settings of these snippets, and returns its output."""

    def run(settings: Path, code: str, **env: str) -> str:
        environment = os.environ | ENVIRONMENT | {"DATABASE_URL": database_url} | env
        environment["DJANGO_SETTINGS_MODULE"] = f"database.{settings.stem}"
        command = [sys.executable, "-c", ASK + code, str(settings)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.mark.runs("database/max_connections.py")
def test_the_sum_counts_each_connection_that_there_may_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runpy.run_path(str(SNIPPETS / "max_connections.py"))
    *parts, total = [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()]

    # Two machines with 4 × 8 threads and a pool of 10, twice; 4 + 3 + 5 + 3 beside them.
    assert parts == [64, 20, 84, 4, 3, 5, 3]
    assert total == sum(parts)


KEPT = SNIPPETS / "kept_settings.py"
runs_kept = pytest.mark.runs("database/kept_settings.py")


@runs_kept
def test_a_connection_that_broke_is_replaced_before_it_is_used(run: Callable[..., str]) -> None:
    code = """
from django.core.signals import request_finished
from django.db import DatabaseError
import psycopg, os
before = ask("SELECT pg_backend_pid()")
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
request_finished.send(None)  # the next request begins
after = ask("SELECT pg_backend_pid()")
print("replaced" if before != after else "kept")
connection.settings_dict["CONN_HEALTH_CHECKS"] = False
connection.close()
before = ask("SELECT pg_backend_pid()")
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
request_finished.send(None)
try:
    ask("SELECT 1")
except DatabaseError as error:
    print(type(error).__name__)
"""
    assert run(KEPT, code).splitlines() == ["replaced", "OperationalError"]


@runs_kept
def test_postgresql_has_the_ends_of_the_settings(run: Callable[..., str]) -> None:
    names = re.findall(r'"(\w+_timeout)": "(\w+)"', KEPT.read_text())
    code = "".join(f"print({name!r}, ask('SHOW {name}'))\n" for name, _ in names)

    assert run(KEPT, code).splitlines() == [f"{name} {value}" for name, value in names]
    assert len(names) == 3


@runs_kept
def test_a_wait_for_a_row_that_another_keeps_ends(run: Callable[..., str]) -> None:
    code = """
from django.db import OperationalError
import psycopg, os
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
    other.execute("CREATE TABLE held_row AS SELECT 1")
    try:
        with other.transaction():
            other.execute("SELECT * FROM held_row FOR UPDATE")
            ask("SELECT * FROM held_row FOR UPDATE")
    except OperationalError as error:
        print(str(error).splitlines()[0])
    finally:
        other.execute("DROP TABLE held_row")
"""
    assert run(KEPT, code).splitlines() == ["canceling statement due to lock timeout"]


POOL = SNIPPETS / "pool_settings.py"
runs_pool = pytest.mark.runs("database/pool_settings.py")


@runs_pool
def test_the_pool_has_the_bounds_of_the_settings(run: Callable[..., str]) -> None:
    code = """
ask("SELECT 1")
pool = connection.pool
print(pool.min_size, pool.max_size, pool.timeout, pool.max_waiting, pool._check is not None)
connection.close_pool()
"""
    assert run(POOL, code, DATABASE_POOL="7") == "2 7 5.0 100 True"


@runs_pool
def test_what_a_session_was_set_to_is_met_by_the_next_who_is_lent_it(
    run: Callable[..., str],
) -> None:
    code = """
connection.settings_dict["OPTIONS"]["pool"] |= {"min_size": 1, "max_size": 1}
connection.cursor().execute("SET statement_timeout = '1234ms'")
connection.close()  # back to the pool
print(ask("SHOW statement_timeout"))
connection.close_pool()
"""
    assert run(POOL, code) == "1234ms"


@runs_pool
def test_django_refuses_a_pool_and_connections_that_are_kept(run: Callable[..., str]) -> None:
    code = """
from django.core.exceptions import ImproperlyConfigured
connection.settings_dict["CONN_MAX_AGE"] = 60
try:
    ask("SELECT 1")
except ImproperlyConfigured as error:
    print(error)
"""
    assert run(POOL, code) == "Pooling doesn't support persistent connections."


BOUNCED = SNIPPETS / "pgbouncer_settings.py"


@pytest.fixture
def bouncer(database_url: str, pgbouncer_program: Path) -> Iterator[PgBouncer]:  # noqa: ARG001
    with start_pgbouncer(CONFIG, database_url, settings={"default_pool_size": 2}) as service:
        yield service


@pytest.mark.runs("database/pgbouncer_settings.py")
def test_a_large_list_is_read_through_pgbouncer_while_others_use_it(
    run: Callable[..., str], bouncer: PgBouncer
) -> None:
    """An iterator with a server-side cursor would lose it to the session that the other takes."""
    code = """
import os, psycopg
from django.core.management import call_command
from parcels.models import Depot
call_command("migrate", "parcels", verbosity=0)
Depot.objects.bulk_create(Depot(name=str(number)) for number in range(50))
rows = Depot.objects.iterator(chunk_size=5)
first = next(rows)
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other, other.transaction():
    other.execute("SELECT 1")
    print(1 + len([*rows]))
"""
    assert run(BOUNCED, code, DATABASE_URL=bouncer.url) == "50"


@pytest.mark.runs("database/pgbouncer_settings.py")
def test_the_time_zone_is_right_whoever_had_the_session_before(
    run: Callable[..., str], bouncer: PgBouncer
) -> None:
    """PgBouncer follows the few settings that PostgreSQL reports, and no other."""
    with psycopg.connect(bouncer.url, autocommit=True) as other:
        other.execute("SET TimeZone = 'Asia/Tokyo'")

        assert run(BOUNCED, "print(ask('SHOW TimeZone'))", DATABASE_URL=bouncer.url) == "UTC"
        row = other.execute("SHOW TimeZone").fetchone()

    assert row == ("Asia/Tokyo",)


SQLITE = SNIPPETS / "sqlite_settings.py"
runs_sqlite = pytest.mark.runs("database/sqlite_settings.py")
READ_THEN_WRITE = """
import threading
from django.db import DatabaseError, transaction
connection.cursor().execute("CREATE TABLE counter (n INT)")
connection.cursor().execute("INSERT INTO counter VALUES (0)")
connection.close()
both, results = threading.Barrier(2), []
def add():
    try:
        with transaction.atomic():
            ask("SELECT n FROM counter")
            try:
                both.wait(PATIENCE)  # for the other, who may not have come in
            except threading.BrokenBarrierError:
                pass
            connection.cursor().execute("UPDATE counter SET n = n + 1")
        results.append("written")
    except DatabaseError as error:
        results.append(str(error))
    finally:
        connection.close()
threads = [threading.Thread(target=add) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*sorted(results), ask("SELECT n FROM counter"), ask("PRAGMA journal_mode"), sep=", ")
"""


@runs_sqlite
def test_two_threads_of_sqlite_read_and_then_write_one_after_the_other(
    run: Callable[..., str], tmp_path: Path
) -> None:
    code = READ_THEN_WRITE.replace("PATIENCE", "0.3")
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"

    assert run(SQLITE, code, DATABASE_URL=url) == "written, written, 2, wal"


@runs_sqlite
def test_without_immediate_one_of_them_fails_at_once(
    run: Callable[..., str], tmp_path: Path
) -> None:
    code = 'connection.settings_dict["OPTIONS"].pop("transaction_mode")\n' + READ_THEN_WRITE
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"

    said = run(SQLITE, code.replace("PATIENCE", "20"), DATABASE_URL=url)
    assert said == "database is locked, written, 1, wal"
