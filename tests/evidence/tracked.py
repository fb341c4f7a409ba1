"""A parcel that is followed: its desk, what is reported of it, and a client of its stream."""

import itertools
import json
import shutil
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from .conftest import DEADLINE_S, TOKEN, Desk


class Tracked:
    """A parcel of a desk of its own; servers that are started with `env` know it."""

    def __init__(self, desk_url: str, folder: Path) -> None:
        file = shutil.copy(urlsplit(desk_url).path, folder / "tracked.sqlite3")
        self.env = {"DATABASE_URL": f"sqlite:///{file}", "TRACKING_LOOK_S": "0.05"}
        self._minutes = itertools.count(10)

    def report(self, desk: Desk, note: str) -> str:
        """Report an event as a scanner would, and return the path of the customer's page."""
        at = f"2026-12-01T10:{next(self._minutes)}Z"
        scan = {"number": "DX00000042", "at": at, "place": "Hamburg", "note": note}
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        line = HTTPConnection("127.0.0.1", desk.server.port, timeout=DEADLINE_S)
        line.request("POST", "/api/scans/", urlencode(scan), headers)
        page = str(json.loads(line.getresponse().read())["page"])
        line.close()
        return urlsplit(page).path

    def known(self, desk: Desk, page: str) -> list[str]:
        """Return the ids of all events, as a poll gets them."""
        with get(desk, f"{page}events/") as answer:
            return [str(event["id"]) for event in json.load(answer)["events"]]

    def follow(self, desk: Desk, page: str, last: str = "0") -> Iterator[str]:
        """Open the stream and yield the id of each event as it comes, until it is cut off."""
        with get(desk, f"{page}stream/", {"Last-Event-ID": last}) as answer:
            for line in answer:
                if line.startswith(b"id: "):
                    yield line.decode().removeprefix("id: ").rstrip("\n")


def get(desk: Desk, path: str, headers: dict[str, str] | None = None) -> HTTPResponse:
    """Return an answer of which only the head is read; closing it closes its connection."""
    line = HTTPConnection("127.0.0.1", desk.server.port, timeout=DEADLINE_S)
    line.request("GET", path, headers={"Connection": "close"} | (headers or {}))
    return line.getresponse()
