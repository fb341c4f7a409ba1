"""Ways to run the commands behind the door "The server must push, stream, or hold connections"."""

import re
import socket

import httpx

from crossroads.services.process import Process
from crossroads.services.server import Server

from .slow import connections_now
from .stage import APP, BEARER, DEADLINE_S, SNIPPETS, Stage, Ways, logged

WAYS = Ways()
WAYS.runs("socket-knows", "ss ")(connections_now)


@WAYS.runs("direction", "grep ")
def what_the_pages_do(stage: Stage, command: str) -> None:
    found = stage.run(command)
    for script, way in (("poll", r"setTimeout\(poll"), ("stream", "new EventSource")):
        line = rf"^\./tracking/static/tracking/{script}\.js:\d+:.*{way}"
        assert re.search(line, found, re.MULTILINE)
    sockets = stage.run(command, cwd=SNIPPETS / "sockets")
    assert re.search(r"^\./stay-connected\.js:\d+:.*new WebSocket\(", sockets, re.MULTILINE)
    assert stage.run(command, cwd=APP / "parcels") == "", "the desk's pages do none of it"

    (stage.folder / "page.html").write_text('<p hx-get="/news/" hx-trigger="every 5s"></p>\n')
    (stage.folder / "library.min.js").write_text("setInterval(x,9)\n")
    assert stage.run(command, cwd=stage.folder).startswith("./page.html:1:")
    assert "library" not in stage.run(command, cwd=stage.folder)


@WAYS.runs("how-late", "python3 -c")
def how_many_polls(stage: Stage, command: str) -> None:
    assert stage.run(command) == "40.0 requests per second\n"
    own = command.replace("clients, seconds = 200, 5", "clients, seconds = 900, 3")
    assert stage.run(own) == "300.0 requests per second\n"


@WAYS.runs("how-late", "awk '{print $1}'")
def how_many_clients(stage: Stage, command: str) -> None:
    folder = logged(stage, {"GET /health/": 3}, senders=["127.0.0.1", "127.0.0.2"])

    assert stage.run(command, cwd=folder).strip() == "2"


FIND = """
from django.urls import reverse
print(reverse('track-stream', args=[Parcel.objects.first().number]))
"""


@WAYS.runs("second-process", "curl ")
def whether_something_buffers(stage: Stage, command: str) -> None:
    desk = stage.desk()
    server = stage.serve("uvicorn", DATABASE_URL=desk, TRACKING_LOOK_S="0.05")
    path = stage.run(f'python manage.py shell -v 0 -c "{FIND}"').strip()
    with ask(stage, command.replace("URL", f"{server.url}{path}")) as curl:
        curl.wait_until(lambda: "data: " in curl.log, deadline_s=DEADLINE_S)
        assert "Now, at the door" not in curl.log
        report(server.url, number=path.split("/")[2].split(":")[0], note="Now, at the door")
        curl.wait_until(lambda: "Now, at the door" in curl.log, deadline_s=DEADLINE_S)
        assert curl.is_running(), "each came before the end, which is not there yet"

    # The same list under WSGI, and under ASGI, where Django collects what a sync view sends.
    _, wsgi = serve_with_silent_carrier(stage, "gunicorn-gthread", desk)
    carrier, asgi = serve_with_silent_carrier(stage, "uvicorn", desk)
    url = f"-H '{BEARER}' {{}}/api/parcels/manifest/"
    with ask(stage, command.replace("URL", url.format(wsgi.url))) as curl:
        curl.wait_until(lambda: curl.log.startswith("number,carrier"), deadline_s=DEADLINE_S)
    with ask(stage, command.replace("URL", url.format(asgi.url))) as curl, carrier.accept()[0]:
        assert curl.log == "", "its first line is made, and held back"


def serve_with_silent_carrier(
    stage: Stage, script: str, database: str
) -> tuple[socket.socket, Server]:
    """Start the example app, where a view that asks a carrier waits; return the carrier too."""
    carrier = stage.silence()
    url = f"http://127.0.0.1:{carrier.getsockname()[1]}"
    env = {"CARRIERS_URL": url, "CARRIER_TIMEOUT_S": "120", "DATABASE_URL": database}
    return carrier, stage.serve(script, **env)


def ask(stage: Stage, command: str) -> Process:
    """Start curl, whose log is what it has printed so far."""
    return Process.start(["sh", "-c", f"exec {command}"], name="curl", env=stage.environment)


def report(url: str, number: str, note: str) -> None:
    """Report an event as a scanner would."""
    scan = {"number": number, "at": "2026-12-01T12:00:00Z", "place": "Hamburg", "note": note}
    name, value = BEARER.split(": ")
    httpx.post(f"{url}/api/scans/", data=scan, headers={name: value}).raise_for_status()
