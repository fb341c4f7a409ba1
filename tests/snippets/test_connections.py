"""The query that counts connections tells what they do."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from crossroads.services.postgres import Postgres, find_programs

ROOT = Path(__file__).parents[2]
QUERY = ROOT / "snippets" / "recipes" / "connections.sql"


def counted(url: str) -> dict[str, int]:
    command = [str(find_programs() / "psql"), url, "--csv", "--file", str(QUERY)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    names, values = done.stdout.splitlines()
    return dict(zip(names.split(","), map(int, values.split(",")), strict=True))


@pytest.mark.runs("recipes/connections.sql")
def test_the_query_counts_what_connections_do(postgres: Postgres) -> None:
    with ExitStack() as opened:
        for _ in range(3):
            opened.enter_context(psycopg.connect(postgres.url)).execute("SELECT 1")
        now = counted(postgres.url)

    # Others may use the same server; its own connection is the one that is surely active.
    assert now["idle_in_transaction"] >= 3
    assert now["active"] >= 1
    assert 4 <= now["open"] <= now["allowed"]
    assert now["wait_for_a_lock"] == 0
