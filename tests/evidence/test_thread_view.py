"""What a view began in a thread is gone with its worker; what it put into a queue is not."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from .conftest import APP, DEPLOYED, UNSET

PRINTED = "SELECT number FROM labels_label l JOIN parcels_parcel p ON p.id = l.parcel_id"


@pytest.fixture
def env(database):
    """Return the environment of a desk that can print labels, and has none."""
    env = os.environ | dict.fromkeys(UNSET, "") | DEPLOYED | {"DATABASE_URL": database.url}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=APP, env=env, check=True
    )
    yield env
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("TRUNCATE labels_label, django_tasks_database_dbtaskresult")


@pytest.mark.evidence("thread-view")
def test_a_restart_loses_the_thread_and_not_the_job(serve, carrier, database, env, record):
    options = {
        "DATABASE_URL": database.url,
        "GUNICORN_CMD_ARGS": "--graceful-timeout 1",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    old = serve("gunicorn-gthread", app="order_twice:application", **options)
    assert old.ask("/order/").statuses() == {202: 1}
    carrier.wait_for(1)  # the thread is in the middle of its work

    old.server.stop(grace_s=30.0)
    carrier.wait_for_hang_up()
    new = serve("gunicorn-gthread", app="order_twice:application", **options)
    assert new.ask("/health/").statuses() == {200: 1}
    carrier.let_go()
    work = [sys.executable, "manage.py", "db_worker", "--batch", "--no-startup-delay"]
    subprocess.run(work, cwd=APP, env=env, check=True, capture_output=True)

    with psycopg.connect(database.url) as db:
        printed = {number for (number,) in db.execute(PRINTED)}
    assert printed == {"DX00000002"}
    record(orders=2, lost=2 - len(printed))
