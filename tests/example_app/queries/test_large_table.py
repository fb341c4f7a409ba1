"""What the recipes read of a large table: rows, counted by PostgreSQL in its own plans."""

import json
import runpy
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from parcels.models import Parcel

RECIPES = Path(__file__).parents[3] / "snippets" / "queries"
MANY = 30_000
NEWEST = ("-created", "-pk")


def load(name):
    return runpy.run_path(str(RECIPES / name))


@contextmanager
def the_only_query():
    """Give a list that holds the one query of the block afterwards."""
    with CaptureQueriesContext(connection) as queries:
        yield (sql := [])
    [query] = queries
    sql.append(query["sql"])


def read_by(sql):
    """Return the rows that PostgreSQL reads from the table to answer, and the index it uses."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        node = cursor.fetchone()[0][0]["Plan"]
    while "Plans" in node:
        [node] = node["Plans"]
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return int(rows), node.get("Index Name")


# The page after the mark ----------------------------------------------------------------------


@pytest.mark.runs("queries/keyset.py")
@pytest.mark.usefixtures("desk")
def test_the_pages_together_are_the_list():
    page_after = load("keyset.py")["page_after"]
    Parcel.objects.update(created=Parcel.objects.latest("created").created)  # the hardest case
    found = []

    while page := [*page_after(Parcel.objects, found[-1] if found else None)]:
        found += page

    assert len(found) == 500
    assert found == [*Parcel.objects.order_by(*NEWEST)]


@pytest.mark.runs("queries/keyset.py")
@pytest.mark.usefixtures("desk")
def test_a_parcel_that_arrives_meanwhile_moves_no_page():
    page_after = load("keyset.py")["page_after"]
    first = [*page_after(Parcel.objects)]
    second = [*page_after(Parcel.objects, first[-1])]

    Parcel.objects.create(
        number="DX-NEW",
        customer=first[0].customer,
        depot=first[0].depot,
        carrier="postal",
        weight_g=1,
    )

    assert page_after(Parcel.objects)[0].number == "DX-NEW"
    assert [*page_after(Parcel.objects, first[-1])] == second


@pytest.mark.runs("queries/keyset.py")
@pytest.mark.usefixtures("desk")
def test_the_view_gives_page_after_page(settings):
    view = load("keyset.py")["parcel_pages"]

    def ask(**query):
        known = {"Authorization": f"Bearer {settings.DESK_TOKEN}"}
        answer = view(RequestFactory().get("/", query, headers=known))
        return [parcel["number"] for parcel in json.loads(answer.content)]

    first = ask()
    second = ask(after=first[-1])

    assert first + second == [parcel.number for parcel in Parcel.objects.newest(40)]
    with pytest.raises(Http404):
        ask(after="DX-GONE")
    assert view(RequestFactory().get("/")).status_code == 401


@pytest.mark.runs("queries/keyset.py")
@pytest.mark.usefixtures("large_desk")
def test_a_page_far_back_reads_no_more_rows_than_it_shows():
    page_after = load("keyset.py")["page_after"]
    last = Parcel.objects.order_by(*NEWEST)[20_000]
    with the_only_query() as after_mark:
        list(page_after(Parcel.objects, last))
    with the_only_query() as skipping:
        list(Parcel.objects.order_by(*NEWEST)[20_001:20_021])

    rows, index = read_by(*after_mark)
    assert index == "parcel_newest"
    assert rows <= 22  # and those that share the moment of the last one
    assert read_by(*skipping)[0] == 20_021


# The index ------------------------------------------------------------------------------------


def explained():
    """Return what the recipe prints in `manage.py shell`."""
    with redirect_stdout(StringIO()) as printed:
        load("explain.py")
    return printed.getvalue()


@contextmanager
def migrated():
    """Run the migration of the recipe, and undo it afterwards."""
    migration = load("add_index.py")["Migration"]("0002_parcel_by_status", "parcels")
    state = MigrationLoader(connection).project_state(("parcels", "0001_initial"))
    with connection.schema_editor(atomic=migration.atomic) as editor:
        migration.apply(state.clone(), editor)
    yield
    with connection.schema_editor(atomic=migration.atomic) as editor:
        migration.unapply(state.clone(), editor)


@pytest.mark.runs("queries/add_index.py")
@pytest.mark.runs("queries/explain.py")
@pytest.mark.usefixtures("large_desk")
def test_the_plan_names_the_index_that_the_migration_adds():
    before = explained()
    with migrated():
        after = explained()

    for plan in (before, after):
        assert "actual time=" in plan
        assert "Buffers:" in plan
    assert "parcel_by_status" not in before
    assert "Rows Removed by Filter" in before
    assert "Index Scan using parcel_by_status" in after
    assert "Rows Removed by Filter" not in after
    assert "parcel_by_status" not in explained()


@pytest.mark.runs("queries/add_index.py")
@pytest.mark.usefixtures("large_desk")
def test_the_index_is_made_while_others_write():
    with CaptureQueriesContext(connection) as queries, migrated():
        pass

    assert any(q["sql"].startswith("CREATE INDEX CONCURRENTLY") for q in queries)


# The count ------------------------------------------------------------------------------------


@pytest.fixture
def changelist():
    """Give a function that makes the admin's list of parcels with the recipe's base class."""
    base, known = load("estimated_count.py")["LargeTableAdmin"], site.get_model_admin(Parcel)
    large = type("ParcelAdmin", (base, type(known)), {})(Parcel, site)

    def ask(**query):
        request = RequestFactory().get("/", query)
        request.user = User(is_superuser=True, is_active=True)
        with CaptureQueriesContext(connection) as queries:
            shown = large.get_changelist_instance(request)
        return shown, [q["sql"] for q in queries if "COUNT(*)" in q["sql"]]

    return ask


@pytest.mark.runs("queries/estimated_count.py")
@pytest.mark.usefixtures("large_desk")
def test_the_admin_counts_no_row_of_a_large_table(changelist):
    shown, counts = changelist()

    assert counts == []
    assert abs(shown.result_count - MANY) <= MANY // 100
    assert len(shown.result_list) == 100


@pytest.mark.runs("queries/estimated_count.py")
@pytest.mark.usefixtures("large_desk")
def test_what_is_filtered_is_counted_exactly_and_once(changelist):
    shown, counts = changelist(q="DX0000004")

    assert shown.result_count == 10
    assert len(counts) == 1
    assert "WHERE" in counts[0]


@pytest.mark.runs("queries/estimated_count.py")
@pytest.mark.usefixtures("desk")
def test_a_small_table_is_counted_exactly(changelist):
    shown, counts = changelist()

    assert shown.result_count == 500
    assert len(counts) == 1
