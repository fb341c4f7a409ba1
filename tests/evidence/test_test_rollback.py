"""What a test of Django's TestCase rolls back when its queries are in two threads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from .conftest import APP, DEPLOYED, UNSET

TEST = Path(__file__).with_name("rolled_back.py")


@pytest.mark.evidence("test-rollback")
def test_what_another_thread_writes_outlives_the_test(database, record):
    settings = {"DATABASE_URL": database.url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment = os.environ | dict.fromkeys(UNSET, "") | DEPLOYED | settings
    try:
        done = subprocess.run(
            [sys.executable, TEST],
            env=environment | {"PYTHONPATH": str(APP)},
            check=False,
            capture_output=True,
            text=True,
        )
    finally:
        with psycopg.connect(database.url) as connection:
            connection.execute("DELETE FROM parcels_depot WHERE city IN ('Here', 'There')")

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == {"own": 1, "other": 0, "left": 1, "own left": 0}
    record(own=found["own"], other=found["other"], left=found["left"])
