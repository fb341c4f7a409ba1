"""A desk that pushes: its database, servers that are started for real, and clients of streams."""

import itertools
import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.signing import Signer

from crossroads.services.server import Server, start_server

ROOT = Path(__file__).parents[2]
APP, SNIPPETS = ROOT / "example_app", ROOT / "snippets"
PUSH = SNIPPETS / "push"
DEADLINE_S = 30.0
TOKEN = "only-for-this-test"  # noqa: S105 - of servers that live for seconds
KEY = "for this test alone " * 3
MINUTES = itertools.count()

SETTINGS = {
    "DATABASE_CONN_MAX_AGE": "0",
    "DESK_TOKEN": TOKEN,
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_DEBUG": "",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": KEY,
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "REDIS_URL": "",
    "TRACKING_LOOK_S": "0.05",
}


@dataclass(frozen=True)
class Desk:
    """What all servers of a test share."""

    env: dict[str, str]
    _leaving: ExitStack

    def serve(self, script: str, *, port: int | None = None, **env: str) -> Server:
        """Start a server with a file of snippets/; it ends with the test."""
        server = start_server(
            SNIPPETS / script, cwd=APP, env=self.env | env, port=port, deadline_s=60.0
        )
        self._leaving.callback(server.stop, grace_s=0)
        return server

    def follow(self, port: int, number: str, after: str = "0", **headers: str) -> "Stream":
        """Open a stream, which is closed with the test."""
        stream = Stream(port, track(number, "stream/") + f"?after={after}", headers)
        self._leaving.callback(stream.leave)
        return stream

    def report(self, port: int, number: str, note: str) -> None:
        """Report an event as a scanner would."""
        at = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=next(MINUTES))
        scan = {"number": number, "at": at.isoformat(), "place": "Hamburg", "note": note}
        line = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        line.request("POST", "/api/scans/", urlencode(scan), headers)
        assert line.getresponse().status == 201
        line.close()


class Stream:
    """A client of one stream, which reads no faster than it is asked to."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self._line = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
        # As browsers do; a proxy may compress, and compressing is what makes one collect.
        self._line.request("GET", path, headers={"Accept-Encoding": "gzip"} | headers)
        self._answer = self._line.getresponse()
        self.status = self._answer.status
        self.headers = self._answer.headers
        self._zipped = zlib.decompressobj(wbits=31)
        self._read = b""

    def event(self) -> tuple[str, dict[str, Any]]:
        """Return the id and the data of the next event."""
        while True:
            message, end, rest = self._read.partition(b"\n\n")
            if not end:
                self._read += self._more()
                continue
            self._read = rest
            if message.startswith(b"id: "):
                first, second = message.decode().split("\n")
                return first.removeprefix("id: "), json.loads(second.removeprefix("data: "))

    def _more(self) -> bytes:
        part = self._answer.read1()
        assert part, "the stream has ended"
        is_zipped = self.headers["Content-Encoding"] == "gzip"
        return self._zipped.decompress(part) if is_zipped else part

    def leave(self) -> None:
        """Close the connection."""
        self._answer.close()
        self._line.close()


def track(number: str, rest: str = "") -> str:
    """Return a customer's address."""
    return f"/track/{Signer(key=KEY, fallback_keys=(), salt='tracking').sign(number)}/{rest}"


def load_desk(database_url: str) -> None:
    """Put 50 parcels into a database that is empty so far."""
    code = "import django; from django.core.management import call_command as call; django.setup()"
    code += "; call('migrate', 'parcels', verbosity=0); call('load_desk', parcels=50, verbosity=0)"
    environment = os.environ | SETTINGS | {"DATABASE_URL": database_url}
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=APP,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def desk_on(database_url: str, **env: str) -> Iterator[Desk]:
    """Give a desk on a loaded database; its servers end with the block."""
    with ExitStack() as leaving:
        yield Desk(SETTINGS | {"DATABASE_URL": database_url} | env, leaving)


def wait_until(is_so: Callable[[], bool], awaited: str) -> None:
    """Return as soon as something is so.

    Raises:
        TimeoutError: It never was.
    """
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain for {awaited}")
        time.sleep(0.02)
