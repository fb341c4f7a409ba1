from itertools import takewhile

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as desk_settings
from django.contrib.auth.models import User
from django.db import transaction
from django.test import AsyncClient, Client, TestCase
from django.urls import reverse
from parcels.models import Event, Parcel
from tracking import reports

from crossroads.services.ports import free_port

pytestmark = pytest.mark.usefixtures("desk")
NUMBER = "DX00000042"
SCAN = {"number": NUMBER, "at": "2026-12-01T10:00Z", "place": "Hamburg", "note": "Sorted"}


@pytest.fixture(params=["wsgi", "asgi"])
def scan(request):
    strict = {"enforce_csrf_checks": True}
    is_wsgi = request.param == "wsgi"
    post = Client(**strict).post if is_wsgi else async_to_sync(AsyncClient(**strict).post)

    def scan(token=desk_settings.DESK_TOKEN, **changed):
        headers = {"Authorization": f"Bearer {token}"}
        return post("/api/scans/", SCAN | changed, headers=headers)

    return scan


@pytest.fixture
def told(settings, valkey):
    """Give a function that returns the numbers that were announced since it was last called."""
    settings.REDIS_URL, settings.TRACKING_CHANNEL = valkey.url, "tracking, of scans"
    reports.client.cache_clear()
    with reports.client() as client, client.pubsub() as channel:
        channel.subscribe(settings.TRACKING_CHANNEL)

        def told():
            client.publish(settings.TRACKING_CHANNEL, "the end")
            said = (line["data"].decode() for line in channel.listen() if line["type"] == "message")
            return [*takewhile(lambda number: number != "the end", said)]

        yield told
    reports.client.cache_clear()


def committed():
    """Do what a commit would: the test's own transaction never gets one."""
    return TestCase.captureOnCommitCallbacks(execute=True)


def test_a_scan_is_kept_and_answered_with_the_customers_page(scan):
    answer = scan()

    assert answer.status_code == 201
    assert answer.json() == {"page": "http://testserver" + reverse("track", args=[NUMBER])}
    event = Event.objects.get(parcel__number=NUMBER, at=SCAN["at"])
    assert (event.place, event.note) == ("Hamburg", "Sorted")


def test_a_scanner_that_reports_twice_is_heard_once(scan, told):
    with committed():
        assert [scan().status_code, scan().status_code] == [201, 200]

    assert Event.objects.filter(parcel__number=NUMBER, at=SCAN["at"]).count() == 1
    assert told() == [NUMBER]


@pytest.mark.parametrize("token", ["", "guessed"])
def test_without_the_token_nothing_is_kept(scan, token):
    assert scan(token).status_code == 401
    assert not Event.objects.filter(at=SCAN["at"]).exists()


@pytest.mark.parametrize("wrong", [{"at": "soon"}, {"note": ""}, {"number": "DX 42"}])
def test_a_scan_that_makes_no_sense_is_told_why(scan, wrong):
    answer = scan(**wrong)

    assert answer.status_code == 400
    assert [*answer.json()["errors"]] == [*wrong]


def test_a_scan_of_no_parcel_is_not_found(scan):
    assert scan(number="DX99999999").status_code == 404


def test_nothing_is_said_before_the_commit_and_nothing_after_a_rollback(scan, told):
    with committed(), transaction.atomic():
        assert scan().status_code == 201
        transaction.set_rollback(True)
    assert told() == []

    with committed():
        scan()
        assert told() == []
    assert told() == [NUMBER]


def test_an_event_that_the_admin_saves_is_announced_too(told):
    parcel = Parcel.objects.get(number=NUMBER)
    admin = Client()
    admin.force_login(User.objects.create_superuser("admin"))
    kept = {
        "number": parcel.number,
        "customer": parcel.customer_id,
        "depot": parcel.depot_id,
        "carrier": parcel.carrier,
        "weight_g": parcel.weight_g,
        "status": parcel.status,
        "created_0": "2026-10-01",
        "created_1": "12:00",
        "events-INITIAL_FORMS": 0,
        "events-TOTAL_FORMS": 1,
        "events-0-parcel": parcel.pk,
        "events-0-at_0": "2026-12-01",
        "events-0-at_1": "12:00",
        "events-0-place": "Hamburg",
        "events-0-note": "Sorted",
    }
    with committed():
        answer = admin.post(reverse("admin:parcels_parcel_change", args=[parcel.pk]), kept)

    assert answer.status_code == 302
    assert told() == [NUMBER]


def test_an_event_that_is_changed_is_not_announced(told):
    event = Event.objects.filter(parcel__number=NUMBER).latest("pk")
    event.note = "Sorted again"
    with committed():
        event.save()

    assert told() == []


def test_a_valkey_that_is_away_fails_no_scan(scan, settings, caplog):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}"
    reports.client.cache_clear()

    with committed():
        assert scan().status_code == 201
    reports.client.cache_clear()

    assert "Error calling" in caplog.text
