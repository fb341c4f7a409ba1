"""What the proofs of the chapter on ASGI share."""

import json
from http.client import HTTPConnection

from .conftest import DEADLINE_S, ROOT, Desk

HERE = ROOT / "tests" / "evidence"
STAGE = {
    "DJANGO_SETTINGS_MODULE": "stage_settings",
    "PYTHONPATH": f"{HERE}:{ROOT / 'snippets' / 'asgi'}",
}
"""The environment of a server that has the views of `stage_urls`."""

ASGI_SERVERS = ("uvicorn", "gunicorn-asgi", "granian-asgi", "hypercorn", "daphne")


def count_of(desk: Desk, name: str) -> int:
    """Return a number that the server counts."""
    line = HTTPConnection("127.0.0.1", desk.server.port, timeout=DEADLINE_S)
    try:
        line.request("GET", "/counts/")
        return int(json.load(line.getresponse())[name])
    finally:
        line.close()
