"""The command that a clock starts: it prints what is missing, alone, and says that it ran."""

import fcntl
import http.server
import threading
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from zlib import crc32

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from labels.locks import only_one
from labels.management.commands import print_labels
from labels.models import Label
from parcels.models import Parcel

ANNOUNCED = {"status": Parcel.Status.ANNOUNCED}


@pytest.fixture(autouse=True)
def few(desk):  # noqa: ARG001 - the parcels are in its database
    """Leave two parcels to print: no test needs a hundred labels."""
    numbers = Parcel.objects.filter(**ANNOUNCED).values_list("pk", flat=True)[:2]
    Parcel.objects.exclude(pk__in=[*numbers]).update(status=Parcel.Status.DELIVERED)


@pytest.fixture
def watchdog(monkeypatch):
    """Return the pings that came to a service which waits for them."""
    pings = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            pings.append(self.path)
            self.send_response(200 if self.path == "/labels" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("PING_URL", f"http://127.0.0.1:{server.server_port}/labels")
        yield pings
        server.shutdown()
        thread.join()


@contextmanager
def held_elsewhere(name):
    """Hold a lock as another process would."""
    if connection.vendor == "sqlite":
        with Path(f"{connection.settings_dict['NAME']}.{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    else:
        said = connection.get_connection_params()
        where = {key: said[key] for key in ("dbname", "user", "host", "port") if key in said}
        with psycopg.connect(**where) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [crc32(name.encode())])
            yield


def run():
    out = StringIO()
    call_command("print_labels", stdout=out)
    return out.getvalue()


def test_it_prints_what_is_missing_and_nothing_twice():
    assert run() == "2 labels printed\n"
    assert Label.objects.filter(parcel__status=Parcel.Status.ANNOUNCED).count() == 2
    assert run() == "0 labels printed\n"


def test_while_another_runs_it_does_nothing_and_says_so():
    with held_elsewhere("print_labels"), pytest.raises(CommandError) as raised:
        run()

    assert raised.value.returncode == 75
    assert not Label.objects.exists()
    assert run() == "2 labels printed\n"


def test_the_lock_is_free_again_after_an_error():
    with pytest.raises(ZeroDivisionError), only_one("test"):
        raise ZeroDivisionError
    with only_one("test") as is_ours:
        assert is_ours


def test_locks_of_other_names_do_not_meet():
    with held_elsewhere("another"), only_one("print_labels") as is_ours:
        assert is_ours


def test_a_parcel_that_fails_is_named_and_keeps_no_other_waiting(monkeypatch, watchdog):
    first = Parcel.objects.filter(**ANNOUNCED).first().number

    def jammed(number):
        if number == first:
            raise OSError
        return print_one(number)

    print_one = print_labels.print_label
    monkeypatch.setattr(print_labels, "print_label", jammed)

    with pytest.raises(CommandError, match=f"no label for {first};"):
        run()
    assert Label.objects.count() == 1
    assert watchdog == []


def test_a_run_that_did_its_work_is_heard(watchdog):
    run()

    assert watchdog == ["/labels"]


def test_a_watchdog_that_is_away_spoils_nothing(monkeypatch, watchdog, caplog):
    monkeypatch.setenv("PING_URL", print_labels.os.environ["PING_URL"] + "/wrong")

    assert run() == "2 labels printed\n"
    assert watchdog == ["/labels/wrong"]
    assert "the ping was not heard" in caplog.text
