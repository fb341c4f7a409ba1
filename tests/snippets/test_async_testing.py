"""The Django tests that the chapter on testing shows: run as a reader would run them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from crossroads.services.postgres import Postgres

ROOT = Path(__file__).parents[2]
APP, SNIPPETS = ROOT / "example_app", ROOT / "snippets"
TESTS = SNIPPETS / "async_views" / "testing"
SETTINGS = {
    "CARRIER_LATENCY_MS": "100",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "PYTHONPATH": f"{APP}:{SNIPPETS}",
} | dict.fromkeys(
    ("BENCH_NO_MIDDLEWARE", "CARRIERS_URL", "DATABASE_POOL", "DJANGO_SETTINGS_MODULE", "REDIS_URL"),
    "",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the database that the settings name; the tests make one of their own beside it."""
    if request.param == "sqlite":
        yield "sqlite://:memory:"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"async_testing_{os.getpid()}"
    yield urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        query = "SELECT datname FROM pg_database WHERE datname LIKE %s"
        left = connection.execute(query, [f"%{name}%"]).fetchall()
    assert left == [], "a connection that was left open keeps a test database from being dropped"


def run(*arguments: object, database_url: str) -> str:
    """Return what a command prints that runs tests and finds nothing wrong."""
    environment = {k: v for k, v in SETTINGS.items() if v} | {"DATABASE_URL": database_url}
    inherited = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=APP,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_manage_py_test_runs_them_all(database_url: str) -> None:
    said = run("manage.py", "test", "async_views.testing", "--shuffle", database_url=database_url)

    assert int(re.search(r"Ran (\d+) tests", said)[1]) == written()


@pytest.mark.runs("async_views/testing/conftest.py")
@pytest.mark.runs("async_views/testing/test_clients.py")
@pytest.mark.runs("async_views/testing/test_database.py")
@pytest.mark.runs("async_views/testing/test_loop.py")
@pytest.mark.runs("async_views/testing/test_streams.py")
def test_pytest_runs_them_all_without_a_plugin(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    options = ["-c", tmp_path / "pytest.ini", "--rootdir", TESTS, "-p", "no:cacheprovider"]

    files = [TESTS / "conftest.py", *sorted(TESTS.glob("test_*.py"))]
    said = run("-m", "pytest", *options, *files, database_url=database_url)

    assert f"{written()} passed" in said


def written() -> int:
    """Return how many tests there are in the files."""
    text = "".join(file.read_text(encoding="utf-8") for file in TESTS.glob("test_*.py"))
    return len(re.findall(r"\n    (?:async )?def test_", text))
