"""What PostgreSQL reads of a table with a hundred thousand parcels, by its own counters."""

import os
import runpy
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import psycopg
import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.db import connection, connections, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

KEYSET = Path(__file__).parents[2] / "snippets" / "queries" / "keyset.py"
ROWS = 100_000
SHOWN = 20
FAR = 80_000
NEWEST = ("-created", "-pk")
# Copies of the parcels that are there. One in a thousand waits at its depot.
FILL = """
    INSERT INTO parcels_parcel (number, customer_id, depot_id, carrier, weight_g, status, created)
    SELECT 'DY' || n, customer_id, depot_id, carrier, weight_g + mod(n, 977),
           CASE mod(n, 1000) WHEN 0 THEN 'at depot' ELSE 'delivered' END,
           now() - (%s - n) * interval '1 minute'
    FROM generate_series(501, %s) AS n
    JOIN parcels_parcel ON number = 'DX' || lpad(mod(n, 500)::text, 8, '0')
    ORDER BY n
"""
INDEX = "CREATE INDEX by_status ON parcels_parcel (status, created DESC)"
ADDED = 1000
# An empty table with all that is behind the large one, so that nothing is left in that.
COPY = "CREATE TABLE parcels_copy (LIKE parcels_parcel INCLUDING ALL)"
ADD = """
    INSERT INTO parcels_copy (number, customer_id, depot_id, carrier, weight_g, status, created)
    SELECT 'DZ' || n, 1, 1, 'postal', 1000, 'announced', now() + n * interval '1 second'
    FROM generate_series(1, 1000) AS n
"""
ESTIMATE = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'parcels_parcel'::regclass"


@pytest.fixture(scope="module")
def large_url(postgres, loaded_database):
    """Give the address of a database with 100,000 parcels, all but a few of them delivered."""
    name = f"large_table_{os.getpid()}"
    url = urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgres.url, autocommit=True) as server:
        loaded_database.wait_until_alone()
        server.execute(f"CREATE DATABASE {name} TEMPLATE {urlsplit(loaded_database.url).path[1:]}")
        with psycopg.connect(url, autocommit=True) as large:
            # What PostgreSQL knows of the table changes when a test says so, and never else.
            large.execute("ALTER TABLE parcels_parcel SET (autovacuum_enabled = off)")
            large.execute("SET synchronous_commit = on")
            large.execute("UPDATE parcels_parcel SET status = 'delivered'")
            large.execute(FILL, [ROWS, ROWS])
            large.execute("ANALYZE parcels_parcel")
        yield url
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def parcels(large_url, django_in_process, monkeypatch):  # noqa: ARG001 - it sets up
    """Give the parcels of the large table."""
    settings = connections.configure_settings({"default": dj_database_url.parse(large_url)})
    connection.close()
    del connections["default"]
    monkeypatch.setitem(connections.settings, "default", settings["default"])
    yield apps.get_model("parcels", "Parcel").objects
    connection.close()
    del connections["default"]


@contextmanager
def asked():
    """Give a list that holds the queries of the block afterwards."""
    found = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    found += [query["sql"] for query in queries]


@dataclass
class Read:
    """What PostgreSQL read for a query."""

    pages: int
    """Pages of 8 kB, of tables and indexes; one that is read again counts again."""
    rows: int
    """Rows that it took from the table, those that it threw away counted too."""


def plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}")
        return cursor.fetchone()[0][0]["Plan"]


def rows_of(sql):
    """Return how many rows PostgreSQL hands over for a query."""
    return round(plan_of(sql)["Actual Rows"])


def read_by(sql):
    """Return what PostgreSQL read for a query."""
    plan = plan_of(sql)
    pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    while "Plans" in plan:
        plan = plan["Plans"][0]
    each = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return Read(pages, round(each * plan["Actual Loops"]))


@contextmanager
def index_by_status():
    """Have the index that fits the list of those that wait at a depot."""
    with connection.cursor() as cursor:
        cursor.execute(INDEX)
        try:
            yield
        finally:
            cursor.execute("DROP INDEX by_status")


def changes_of_adding():
    """Return how many changes PostgreSQL notes in its log for the rows that are added."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY)
        cursor.execute(f"EXPLAIN (ANALYZE, WAL, TIMING OFF, FORMAT JSON) {ADD}")
        plan = cursor.fetchone()[0][0]["Plan"]
        transaction.set_rollback(True)
    return plan["WAL Records"]


def read_for(rows):
    """Return what PostgreSQL read for a QuerySet."""
    with asked() as queries:
        list(rows.all())
    [sql] = queries
    return read_by(sql)


@pytest.mark.evidence("db-index")
def test_an_index_that_fits_reads_the_rows_that_are_shown_and_no_others(parcels, record):
    waiting = parcels.filter(status="at depot").order_by("-created")[:SHOWN]
    without = read_for(waiting)
    with index_by_status():
        fitting = read_for(waiting)

    assert fitting.rows == SHOWN
    assert without.rows > 100 * fitting.rows
    assert without.pages > 5 * fitting.pages
    record(
        rows=ROWS,
        shown=SHOWN,
        read=without.rows,
        read_with=fitting.rows,
        pages_without=without.pages,
        pages_with=fitting.pages,
    )


@pytest.mark.evidence("db-index")
def test_an_index_takes_space_and_is_written_to_with_each_row(parcels, record):  # noqa: ARG001 - its table is copied
    without = changes_of_adding()
    with index_by_status(), connection.cursor() as cursor:
        with_index = changes_of_adding()
        cursor.execute("SELECT pg_relation_size('by_status') / 8192")
        [pages] = cursor.fetchone()

    assert with_index - without >= ADDED
    record(added=ADDED, writes=without, writes_with=with_index, index_pages=int(pages))


@pytest.mark.evidence("db-count")
def test_a_count_reads_the_table_and_the_page_of_the_list_only_its_rows(parcels, record):
    request = RequestFactory().get("/")
    request.user = get_user_model()(is_superuser=True, is_active=True)
    with asked() as queries:
        shown = site.get_model_admin(parcels.model).get_changelist_instance(request)
        assert len(shown.result_list) == shown.list_per_page
    counts = [sql for sql in queries if "COUNT(*)" in sql]
    [page] = [sql for sql in queries if "LIMIT" in sql]

    counted, listed, estimated = read_by(counts[0]), read_by(page), read_by(ESTIMATE)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM parcels_parcel")
    vacuumed = read_by(counts[0])

    assert shown.result_count == ROWS
    assert counted.rows == vacuumed.rows == ROWS
    assert listed.rows == shown.list_per_page
    assert counted.pages > 3 * listed.pages > 9 * estimated.pages
    record(
        rows=ROWS,
        listed=listed.rows,
        count=counted.pages,
        vacuumed=vacuumed.pages,
        page=listed.pages,
        estimate=estimated.pages,
        counts=len(counts),
    )


@pytest.mark.evidence("db-deep")
@pytest.mark.runs("queries/keyset.py")
def test_a_page_that_begins_after_a_row_reads_no_row_before_it(parcels, record):
    page_after = runpy.run_path(str(KEYSET))["page_after"]
    newest = parcels.order_by(*NEWEST)

    skipping = read_for(newest[FAR + 1 : FAR + 1 + SHOWN])
    near, far = (read_for(page_after(parcels, last)) for last in (newest[0], newest[FAR]))

    assert skipping.rows == FAR + 1 + SHOWN
    # Its own rows, and the one that it begins after.
    assert near.rows == far.rows == SHOWN + 1
    record(skipped=skipping.rows, after=far.rows, shown=SHOWN)


@pytest.mark.evidence("db-loaded")
def test_a_queryset_that_is_asked_whether_it_is_empty_loads_every_row(parcels, record):
    many = parcels.filter(number__startswith="DY1")
    with asked() as in_python:
        assert many.all()
        assert len(list(many.all())[:SHOWN]) == SHOWN
    with asked() as in_the_database:
        assert many.exists()
        assert len(many[:SHOWN]) == SHOWN

    truth, cut_later = map(rows_of, in_python)
    exists, cut = map(rows_of, in_the_database)

    assert truth == cut_later == many.count() > 10_000
    assert exists == 1
    assert cut == SHOWN
    record(loaded=truth, exists=exists, shown=cut)


@pytest.mark.evidence("db-sort")
def test_an_order_that_no_index_has_reads_the_whole_table_for_a_page(parcels, record):
    ordered, heaviest = (
        read_for(parcels.order_by(*order)[:SHOWN]) for order in (NEWEST, ("-weight_g", "-pk"))
    )

    assert ordered.rows == SHOWN
    assert heaviest.rows == ROWS
    record(rows=ROWS, shown=SHOWN, indexed=ordered.pages, sorted=heaviest.pages)
