"""The query that names the dearest statements, against the real extension."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from crossroads.services import postgres
from crossroads.services.postgres import DEBIAN, Postgres, start_postgres

QUERY = Path(__file__).parents[2] / "snippets" / "queries" / "statements.sql"
# The wheel holds no extensions; Debian's package brings this one.
PROGRAMS = sorted(DEBIAN.glob("*/lib/pg_stat_statements.so"))


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postgres]:
    """Give a PostgreSQL that keeps statistics of its statements."""
    if not PROGRAMS:
        pytest.skip("there is no pg_stat_statements to load; apt install postgresql")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setitem(postgres._SETTINGS, "shared_preload_libraries", "pg_stat_statements")
    with start_postgres(programs=PROGRAMS[-1].parents[1] / "bin") as service:
        with psycopg.connect(service.url) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        yield service


@pytest.mark.runs("queries/statements.sql")
def test_the_statement_with_the_most_time_in_total_comes_first(counting: Postgres) -> None:
    with psycopg.connect(counting.url, autocommit=True) as connection:
        connection.execute("SELECT pg_sleep(0.1) FROM generate_series(1, 2)")
        connection.execute("SELECT pg_sleep(0.2) FROM generate_series(1, 2)")
        for _ in range(5):
            connection.execute("SELECT 1")

    command = [PROGRAMS[-1].parents[1] / "bin" / "psql", counting.url, "--csv", "--file", QUERY]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)

    names, first, *others = done.stdout.splitlines()
    assert names == "total_ms,calls,mean_ms,rows_each,query"
    total_ms, calls, mean_ms, rows_each, query = first.split(",", 4)
    # Constants are left out, so that both sleeps are one statement.
    assert query == '"SELECT pg_sleep($1) FROM generate_series($2, $3)"'
    assert (calls, rows_each) == ("2", "2.0")
    assert float(total_ms) >= 600
    assert float(mean_ms) == pytest.approx(float(total_ms) / 2, abs=1)
    totals = [float(line.split(",")[0]) for line in [first, *others]]
    assert totals == sorted(totals, reverse=True)
    assert any(line.split(",")[1] == "5" and "SELECT $1" in line for line in others)
