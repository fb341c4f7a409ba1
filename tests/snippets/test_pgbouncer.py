"""PgBouncer runs from the file that the site shows, and understands each line of it."""

import re
from pathlib import Path

import psycopg
import pytest

from crossroads.services.pgbouncer import start_pgbouncer
from crossroads.services.postgres import Postgres

CONFIG = Path(__file__).parents[2] / "snippets" / "deploy" / "pgbouncer.ini"
OF_A_MACHINE = {"listen_addr", "listen_port", "auth_file", "stats_users"}

pytestmark = [
    pytest.mark.runs("deploy/pgbouncer.ini"),
    pytest.mark.usefixtures("pgbouncer_program"),
]


def test_pgbouncer_uses_every_setting_of_the_file(postgres: Postgres) -> None:
    """It would start with a misspelled one, and say so in its log alone."""
    settings = CONFIG.read_text().partition("[pgbouncer]")[2]
    wanted = {*re.findall(r"(?m)^(\w+) = (\S+)$", settings)}
    with (
        start_pgbouncer(CONFIG, postgres.url) as service,
        psycopg.connect(service.url, dbname="pgbouncer", autocommit=True) as console,
    ):
        used = {(name, value) for name, value, *_ in console.execute("SHOW CONFIG", prepare=False)}
        log = service.processes[0].log

    assert {name for name, _ in wanted - used} <= OF_A_MACHINE
    assert {name for name, _ in wanted} >= OF_A_MACHINE
    assert not re.search("WARNING|ERROR|unknown", log)
