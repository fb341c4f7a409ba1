"""Of two starts of the same scheduled command, one works and the other leaves at once."""

import os
import subprocess
import sys

import psycopg
import pytest

from crossroads.services.process import Process

from .conftest import APP, DEPLOYED, UNSET, wait_until

STILL_RUNNING = 75
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'labels_label'::regclass"
LABELS = "SELECT count(*) FROM labels_label"


@pytest.fixture
def env(database):
    """Return the environment of a desk that can print labels, and has none."""
    env = os.environ | dict.fromkeys(UNSET, "") | DEPLOYED | {"DATABASE_URL": database.url}
    migrate = [sys.executable, "manage.py", "migrate", "labels", "-v", "0"]
    subprocess.run(migrate, cwd=APP, env=env, check=True)
    yield env
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("TRUNCATE labels_label")


def start(env):
    command = [sys.executable, "manage.py", "print_labels"]
    return Process.start(command, name="print_labels", cwd=APP, env=env)


def wait_for_end(run):
    wait_until(lambda: not run.is_running(), f"the end of {run.name}")
    return run.exit_code


@pytest.mark.evidence("cron-lock")
def test_of_two_starts_one_runs(database, env, record):
    with (
        psycopg.connect(database.url, autocommit=True) as db,
        psycopg.connect(database.url) as printer,
        start(env) as first,
    ):
        with printer.transaction():
            printer.execute("LOCK TABLE labels_label")  # the first start cannot go on, nor end
            wait_until(lambda: db.execute(WAITING).fetchone() == (1,), "the first at its work")
            with start(env) as second:
                wait_until(
                    lambda: not second.is_running() or db.execute(WAITING).fetchone() == (2,),
                    "the second at its work, or gone",
                )
                refused = second.exit_code
            assert first.is_running()

        ended = wait_for_end(first)
        printed = db.execute(LABELS).fetchone()[0]

    assert (ended, refused) == (0, STILL_RUNNING)  # None: the second went to work as well
    assert f"{printed} labels printed" in first.log
    record(starts=2, runs=[ended, refused].count(0))


@pytest.mark.evidence("cron-lock")
def test_a_run_that_was_killed_leaves_no_lock(database, env):
    with psycopg.connect(database.url, autocommit=True) as db:
        with psycopg.connect(database.url) as printer, start(env) as first:
            printer.execute("LOCK TABLE labels_label")
            wait_until(lambda: db.execute(WAITING).fetchone() == (1,), "the first at its work")
            first.stop(grace_s=0.0)
        # Its session ends when PostgreSQL notices, which takes a moment.
        wait_until(lambda: database.connections() == 1, "the end of its session")

        with start(env) as second:
            assert wait_for_end(second) == 0
        assert db.execute(LABELS).fetchone()[0] > 0
