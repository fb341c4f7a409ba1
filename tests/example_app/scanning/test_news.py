"""What a view does reaches those who listen, by the layer or by the relay."""

import hmac
import json
import logging
from base64 import urlsafe_b64decode
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.test import TestCase
from parcels.models import Event
from scanning.relay import sign

KEY = "only-for-tests"


class Relay(HTTPServer):
    """Notes what is published to it, and answers with a status."""

    status = 200

    def __init__(self):
        super().__init__(("127.0.0.1", 0), RelayHandler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.heard = []


class RelayHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        news = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.path, self.headers["Authorization"], news))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def relay(settings):
    with Relay() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.RELAY_KEY, settings.RELAY_URL = KEY, server.url
        yield server
        server.shutdown()
        thread.join()


def claims(token):
    """Return what a token says, after checking it as any other program would."""
    signed, _, signature = token.rpartition(".")
    right = hmac.digest(KEY.encode(), signed.encode(), "sha256")
    assert urlsafe_b64decode(signature + "=") == right
    body = signed.split(".")[1]
    return json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def hold(dispatcher, parcel, *, is_committed=True):
    with TestCase.captureOnCommitCallbacks(execute=is_committed):
        return dispatcher.browser.post(f"/depots/parcels/{parcel.number}/hold/")


def test_the_relay_is_told_what_was_committed(relay, person, parcel):
    dispatcher = person("dispatcher", "change_parcel")

    assert hold(dispatcher, parcel).json() == {"held": parcel.number}

    ((path, authorization, news),) = relay.heard
    assert path == "/publish"
    assert news == {
        "number": parcel.number,
        "note": "Hold this parcel",
        "at": Event.objects.latest("at").at.isoformat(),
    }
    said = claims(authorization.removeprefix("Bearer "))
    assert (said["aud"], said["room"]) == ("publish", f"depot-{parcel.depot_id}")


def test_the_relay_is_not_told_what_is_not_committed(relay, person, parcel):
    hold(person("dispatcher", "change_parcel"), parcel, is_committed=False)

    assert relay.heard == []


def test_a_relay_that_fails_is_logged_and_fails_no_request(relay, person, parcel, caplog):
    relay.status = 500

    with caplog.at_level(logging.ERROR, "django.test"):
        assert hold(person("dispatcher", "change_parcel"), parcel).status_code == 200

    assert "500 Internal Server Error" in caplog.text
    assert Event.objects.filter(parcel=parcel, note="Hold this parcel").exists()


def test_without_a_relay_the_sockets_of_the_depot_hear_it(person, connect, parcel):
    dispatcher = person("dispatcher", "change_parcel", "view_event")

    @async_to_sync
    async def talk():
        async with connect(dispatcher) as screen:
            await sync_to_async(hold)(dispatcher, parcel)
            return (await screen.hear())["news"]

    assert talk()["number"] == parcel.number


def test_who_may_not_change_parcels_holds_none(person, parcel):
    assert hold(person("scanner", "add_event"), parcel).status_code == 403
    assert not Event.objects.filter(note="Hold this parcel").exists()


@pytest.mark.parametrize("may_send", [False, True])
def test_a_token_says_who_may_do_what_in_which_room(relay, person, parcel, may_send):  # noqa: ARG001
    rights = ["view_event", *(["add_event"] if may_send else [])]
    answer = person("scanner", *rights).browser.get("/depots/Elbe/token/")

    said = claims(answer.json()["token"])

    assert said.pop("exp") > 0
    room = f"depot-{parcel.depot_id}"
    assert said == {"aud": "room", "room": room, "sub": "scanner", "send": may_send}
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.usefixtures("relay")
def test_who_may_not_listen_gets_no_token(person, get):
    assert get("/depots/Elbe/token/").status_code == 403
    assert person("visitor").browser.get("/depots/Elbe/token/").status_code == 403


@pytest.mark.usefixtures("relay")
def test_there_is_no_token_for_a_depot_that_is_not_there(person):
    browser = person("scanner", "view_event").browser

    assert browser.get("/depots/Atlantis/token/").status_code == 404


def test_nothing_is_signed_without_a_key(settings):
    settings.RELAY_KEY = ""

    with pytest.raises(ImproperlyConfigured, match="RELAY_KEY is not set"):
        sign(aud="room", valid_s=1)
