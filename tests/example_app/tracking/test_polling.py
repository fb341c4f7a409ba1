from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from parcels.models import Parcel
from tracking.reports import report

pytestmark = pytest.mark.usefixtures("desk")
NUMBER = "DX00000042"
NEW = {"at": datetime(2026, 12, 1, tzinfo=UTC), "place": "Hamburg", "note": "Sorted"}


@pytest.fixture
def poll(get):
    return lambda **headers: get(reverse("track-events", args=[NUMBER]), **headers)


def test_a_poll_that_finds_nothing_new_costs_one_query_and_has_no_body(poll):
    known = poll()

    with CaptureQueriesContext(connection) as queries:
        answer = poll(If_None_Match=known["ETag"])

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == known["ETag"]
    assert len(queries) == 1


def test_that_query_scans_no_table(poll):
    poll()
    with CaptureQueriesContext(connection) as queries:
        poll(If_None_Match=poll()["ETag"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # With so few rows a scan may be cheapest; this asks whether an index would do.
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(explain + queries[-1]["sql"])
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())

    assert "event_once" in plan or "sqlite_autoindex_parcels_event" in plan, plan
    assert "Seq Scan" not in plan
    assert "SCAN" not in plan


def test_a_poll_that_finds_news_gets_them(poll):
    known = poll()
    report(NUMBER, **NEW)

    answer = poll(If_None_Match=known["ETag"])

    assert answer.status_code == 200
    assert answer["ETag"] != known["ETag"]
    *before, last = answer.json()["events"]
    assert before == known.json()["events"]
    assert (last["place"], last["note"]) == ("Hamburg", "Sorted")


def test_news_of_another_parcel_is_no_news(poll):
    known = poll()
    report("DX00000043", **NEW)

    assert poll(If_None_Match=known["ETag"]).status_code == 304


@pytest.mark.parametrize("if_none_match", ['W/"{}"', '"0", "{}"', "*"])
def test_an_etag_that_a_proxy_has_touched_is_still_known(poll, if_none_match):
    etag = poll()["ETag"].strip('"')

    assert poll(If_None_Match=if_none_match.format(etag)).status_code == 304


def test_answers_are_kept_by_nobody_but_the_browser(poll):
    known = poll()

    for answer in (known, poll(If_None_Match=known["ETag"])):
        assert set(answer["Cache-Control"].split(", ")) == {"private", "no-cache"}


@pytest.mark.parametrize("name", ["track", "track-events", "track-live"])
def test_a_parcel_that_is_gone_is_not_found(get, name):
    assert get(reverse(name, args=["DX99999999"])).status_code == 404


def test_a_parcel_without_events_has_an_answer_of_its_own(poll):
    Parcel.objects.get(number=NUMBER).events.all().delete()

    answer = poll()
    assert answer.json() == {"events": []}
    assert poll(If_None_Match=answer["ETag"]).status_code == 304
    report(NUMBER, **NEW)
    assert poll(If_None_Match=answer["ETag"]).status_code == 200


@pytest.mark.parametrize(
    ("name", "script"), [("track", "tracking/poll.js"), ("track-live", "tracking/stream.js")]
)
def test_the_page_shows_what_its_script_goes_on_from(get, poll, name, script):
    page = BeautifulSoup(get(reverse(name, args=[NUMBER])).content, "html.parser")
    events, known = page.find(id="events"), poll()

    assert page.script["src"] == f"/static/{script}"
    assert len(events("li")) == len(known.json()["events"])
    assert events["data-etag"] == known["ETag"]
    assert events["data-last"] == str(known.json()["events"][-1]["id"])
    assert events["data-poll"] == reverse("track-events", args=[NUMBER])
    assert events["data-stream"] == reverse("track-stream", args=[NUMBER])
