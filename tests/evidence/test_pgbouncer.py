"""Connections on both sides of PgBouncer, and what does not survive its transaction mode."""

from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from crossroads.services.pgbouncer import start_pgbouncer

SNIPPETS = Path(__file__).parents[2] / "snippets"
CONFIG = SNIPPETS / "deploy" / "pgbouncer.ini"


@pytest.fixture
def bounce(pgbouncer_program, database):  # noqa: ARG001
    """Give a function that starts PgBouncer in front of the database, with so many connections."""
    with ExitStack() as leaving:

        def start(connections):
            settings = {"default_pool_size": connections}
            bouncer = start_pgbouncer(CONFIG, database.url, settings=settings)
            return leaving.enter_context(bouncer)

        yield start


@pytest.fixture
def narrow(bounce):
    """Return a PgBouncer with a single connection, which so all clients share."""
    return bounce(1)


@pytest.fixture
def connect():
    """Give a function that connects to a PgBouncer, as Django does."""
    with ExitStack() as leaving:

        def connected(bouncer, **options):
            return leaving.enter_context(psycopg.connect(bouncer.url, autocommit=True, **options))

        yield connected


def clients(bouncer):
    """Return how many clients PgBouncer has for the database."""
    console = psycopg.connect(bouncer.url, dbname="pgbouncer", autocommit=True)
    with console, console.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        pools = cursor.execute("SHOW POOLS", prepare=False).fetchall()
    name = bouncer.url.rpartition("/")[2]
    return sum(p["cl_active"] + p["cl_waiting"] for p in pools if p["database"] == name)


@pytest.mark.evidence("pgbouncer")
@pytest.mark.parametrize(
    ("path", "reach_the_carrier"), [("/query/", 50), ("/transaction/", 5)], ids=["query", "atomic"]
)
def test_pgbouncer_needs_a_connection_for_each_transaction_and_not_for_each_request(  # noqa: PLR0913, PLR0917
    serve, carrier, database, bounce, path, reach_the_carrier, record
):
    bouncer = bounce(5)
    folders = f"{Path(__file__).parent}:{SNIPPETS}"
    settings = {"DJANGO_SETTINGS_MODULE": "database.pgbouncer_settings", "PYTHONPATH": folders}
    desk = serve("uvicorn", app="database_views:asgi", DATABASE_URL=bouncer.url, **settings)
    asked = desk.ask_at_once(50, path)

    # A request whose query is over waits for its carrier. One whose transaction is open, too.
    carrier.wait_for(reach_the_carrier)
    desk.server.process.wait_until(lambda: clients(bouncer) == 50)
    held = database.connections()
    reached = carrier.calls
    carrier.let_go()

    assert asked.statuses() == {200: 50}
    assert held <= 5
    assert reached == reach_the_carrier
    if path == "/query/":
        record(requests=50, clients=50, connections=5)
    else:
        record(transactions=reached)


@pytest.mark.evidence("pgbouncer")
def test_a_setting_is_met_by_the_next_client(narrow, connect):
    one, other = connect(narrow), connect(narrow)

    one.execute("SET statement_timeout = '1234ms'")

    assert other.execute("SHOW statement_timeout").fetchone() == ("1234ms",)
    other.execute("RESET statement_timeout")
    with one.transaction():  # the one that works: it ends with its transaction
        one.execute("SET LOCAL statement_timeout = '1234ms'")
    assert other.execute("SHOW statement_timeout").fetchone() == ("0",)


@pytest.mark.evidence("pgbouncer")
def test_a_setting_of_the_role_is_there_whatever_the_session(bounce, connect, database):
    with psycopg.connect(database.url, autocommit=True) as direct:
        [user, name] = direct.execute("SELECT current_user, current_database()").fetchone()
        role = f"ALTER ROLE {user} IN DATABASE {name}"
        direct.execute(f"{role} SET statement_timeout = '1234ms'")
        asked = connect(bounce(1)).execute("SHOW statement_timeout").fetchone()
        direct.execute(f"{role} RESET statement_timeout")

    assert asked == ("1234ms",)


@pytest.mark.evidence("pgbouncer")
def test_a_temporary_table_is_met_by_the_next_client(narrow, connect):
    one, other = connect(narrow), connect(narrow)

    one.execute("CREATE TEMPORARY TABLE picked (number text)")

    other.execute("DROP TABLE picked")
    with one.transaction():
        one.execute("CREATE TEMPORARY TABLE picked (number text) ON COMMIT DROP")
    with pytest.raises(psycopg.errors.UndefinedTable):
        other.execute("SELECT * FROM picked")


@pytest.mark.evidence("pgbouncer")
def test_a_lock_of_a_session_keeps_nobody_out(narrow, connect):
    one, other = connect(narrow), connect(narrow)

    taken = [client.execute("SELECT pg_try_advisory_lock(1)").fetchone() for client in (one, other)]
    of_a_transaction = "SELECT pg_try_advisory_xact_lock(2)"

    assert taken == [(True,), (True,)]
    one.execute("SELECT pg_advisory_unlock_all()")
    with one.transaction():  # the one that works: it ends with its transaction
        assert one.execute(of_a_transaction).fetchone() == (True,)


@pytest.mark.evidence("pgbouncer")
def test_a_notification_reaches_another_client(narrow, connect):
    one, other = connect(narrow), connect(narrow)

    one.execute("LISTEN parcels")
    other.execute("NOTIFY parcels, 'DX00000042'")

    assert [heard.payload for heard in other.notifies(timeout=5, stop_after=1)] == ["DX00000042"]
    assert not [*one.notifies(timeout=0.2)]
    other.execute("UNLISTEN *")


@pytest.fixture
def two(bounce):
    """Return a PgBouncer with two connections: a client who holds one sends the next elsewhere."""
    return bounce(2)


@pytest.mark.evidence("pgbouncer")
@pytest.mark.parametrize("threshold", [0, None], ids=["prepared", "as Django has it"])
def test_a_prepared_statement_is_gone_in_another_session(two, connect, threshold):
    one, other = connect(two, prepare_threshold=threshold), connect(two)
    session = "SELECT pg_backend_pid()"
    [first] = one.execute(session).fetchone()

    with ExitStack() as holding:
        # Others hold the session in which the statement was prepared.
        holding.enter_context(other.transaction())
        assert other.execute(session).fetchone() == (first,)
        if threshold is None:
            assert one.execute(session).fetchone() != (first,)
        else:
            with pytest.raises(psycopg.errors.InvalidSqlStatementName):
                one.execute(session)


@pytest.mark.evidence("pgbouncer")
def test_a_server_side_cursor_is_gone_in_another_session(two, connect):
    one, other = connect(two), connect(two)
    rows = one.cursor("rows", withhold=True)  # as QuerySet.iterator() has it
    rows.itersize = 1
    rows.execute("SELECT generate_series(1, 100)")

    with other.transaction():
        other.execute("SELECT 1")
        with pytest.raises(psycopg.errors.InvalidCursorName):
            rows.fetchall()
    rows.close()
    with one.transaction(), one.cursor("kept") as kept:  # as inside atomic()
        kept.itersize = 1
        assert len([*kept.execute("SELECT generate_series(1, 100)")]) == 100


@pytest.mark.evidence("pgbouncer")
def test_options_of_the_start_are_refused(two, connect):
    with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter"):
        connect(two, options="-c statement_timeout=5s")
