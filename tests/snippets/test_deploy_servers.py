"""Each server starts from its file, and runs as much at once as the file's comments say."""

import json
import re
import runpy
import select
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from gunicorn.config import KNOWN_SETTINGS

from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import Server, get_status

from .deploy_stage import (
    APP,
    DEADLINE_S,
    DEPLOY,
    SETTINGS,
    Answer,
    Carrier,
    ask,
    gunicorn,
    script,
    send,
    start_carrier,
)

SYNC, ASGI = "gunicorn-sync.conf.py", "gunicorn-asgi.conf.py"
WEB, ASYNC = "granian-web.sh", "granian-async.sh"

runs_sync, runs_asgi = pytest.mark.runs(f"deploy/{SYNC}"), pytest.mark.runs(f"deploy/{ASGI}")
runs_async = pytest.mark.runs(f"deploy/{ASYNC}")

type Serve = Callable[..., Server]


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with start_carrier() as carrier:
        yield carrier


@pytest.fixture
def serve(carrier: Carrier) -> Iterator[Serve]:
    """Give a function that starts a server with one of the files."""
    with ExitStack() as leaving:

        def start(file: str, **env: object) -> Server:
            begin = script if file.endswith(".sh") else gunicorn
            server = begin(file, CARRIERS_URL=carrier.url, SHOW_PROCESS=1, **env)
            leaving.callback(server.stop, grace_s=0)
            return server

        yield start


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def ask_at_once(server: Server, path: str, count: int) -> list[int]:
    with ExitStack() as leaving:
        # As a proxy does that keeps no connection: one that is kept may count.
        lines = [send(leaving, server.port, path, Connection="close") for _ in range(count)]
        return [Answer(line).status for line in lines]


def interface(server: Server) -> str:
    answer = ask(server.port, "/process/")
    assert answer.status == 200, (answer.status, server.process.log)
    return str(json.loads(answer.body)["interface"])


@runs_sync
def test_sync_workers_run_a_request_each(serve: Serve, carrier: Carrier) -> None:
    server = serve(SYNC, WORKERS=2)

    assert interface(server) == "wsgi"
    assert ask_at_once(server, "/rates/one/", 6) == [200] * 6
    assert carrier.most == 2


@pytest.mark.runs(f"deploy/{WEB}")
def test_granian_under_wsgi_runs_as_many_as_there_are_threads(
    serve: Serve, carrier: Carrier
) -> None:
    server = serve(WEB, THREADS=3)

    assert interface(server) == "wsgi"
    assert ask_at_once(server, "/rates/one/", 9) == [200] * 9
    assert carrier.most == 3


@runs_async
@pytest.mark.parametrize("path", ["/rates/one/", "/rates/one/async/"])
def test_granian_under_asgi_runs_as_many_as_the_limit_and_the_others_wait(
    serve: Serve, carrier: Carrier, path: str
) -> None:
    server = serve(ASYNC, LIMIT=3)

    assert ask_at_once(server, path, 9) == [200] * 9
    assert carrier.most == 3


@runs_async
def test_silent_connections_count_against_the_limit_of_granian(
    serve: Serve, leaving: ExitStack
) -> None:
    server, twin = serve(ASYNC, LIMIT=1), serve(ASYNC, LIMIT=2)
    lines = [send(leaving, each.port, "/health/") for each in (server, twin)]
    assert [Answer(line).status for line in lines] == [200, 200]

    behind = send(leaving, server.port, "/health/")
    # The other has room for two connections. It is asked later, and answers.
    assert ask(twin.port, "/health/").status == 200
    assert select.select([behind.sock], [], [], 0)[0] == []
    for line in lines:
        line.close()
    assert Answer(behind).status == 200


@runs_async
def test_granian_under_asgi_serves_asgi(serve: Serve) -> None:
    assert interface(serve(ASYNC)) == "asgi"


@runs_asgi
def test_no_setting_bounds_what_the_asgi_worker_of_gunicorn_runs(
    serve: Serve, carrier: Carrier, leaving: ExitStack
) -> None:
    carrier.holds = True
    server = serve(ASGI, GUNICORN_CMD_ARGS="--worker-connections 2 --threads 2")
    assert interface(server) == "asgi"

    lines = [send(leaving, server.port, "/rates/one/async/") for _ in range(8)]
    carrier.wait_for(8)
    carrier.let_go()

    assert [Answer(line).status for line in lines] == [200] * 8


@pytest.mark.parametrize(
    ("file", "env"),
    [
        pytest.param(ASYNC, {"GRACE_S": 1}, marks=runs_async),
        pytest.param(ASGI, {"GUNICORN_CMD_ARGS": "--graceful-timeout 1"}, marks=runs_asgi),
    ],
    ids=["granian", "gunicorn"],
)
def test_what_never_ends_does_not_keep_a_server_from_ending(
    serve: Serve,
    carrier: Carrier,
    file: str,
    env: dict[str, object],
    leaving: ExitStack,
) -> None:
    carrier.holds = True
    server = serve(file, **env)
    send(leaving, server.port, "/rates/one/async/")
    carrier.wait_for(1)

    # It ends by itself; what had to be killed would say so.
    assert server.stop(grace_s=DEADLINE_S) != -signal.SIGKILL


@pytest.mark.parametrize(
    "file", [pytest.param(SYNC, marks=runs_sync), pytest.param(ASGI, marks=runs_asgi)]
)
def test_gunicorn_knows_every_setting(file: str) -> None:
    """It would skip a misspelled one without a word."""
    names = {name for name in runpy.run_path(str(DEPLOY / file)) if not name.startswith("__")}

    assert names - {setting.name for setting in KNOWN_SETTINGS} == {"os"}


@runs_sync
def test_the_proxy_tells_the_client_before_a_sync_worker_is_killed() -> None:
    proxy = (DEPLOY / "nginx-web.conf").read_text()
    (told,) = re.findall(r"proxy_read_timeout (\d+)s;", proxy)

    assert runpy.run_path(str(DEPLOY / SYNC))["timeout"] > int(told)


@pytest.mark.runs("deploy/web.env")
def test_the_units_environment_is_one_that_the_files_read(leaving: ExitStack) -> None:
    show = ["env", "-i", "sh", "-c", f"set -a; . '{DEPLOY / 'web.env'}'; /usr/bin/env"]
    shown = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    given = dict(line.split("=", 1) for line in shown.splitlines())
    del given["PWD"]
    files = (APP / "config" / "settings.py", DEPLOY / "gunicorn.conf.py")
    read = set(re.findall(r"[A-Z][A-Z_]+", " ".join(file.read_text() for file in files)))

    assert set(given) - read == {"DATABASE_URL"}  # read by a library
    (address,) = re.findall(r"WSGI=\S+?:(\d+)", (DEPLOY / "nginx-web.conf").read_text())
    assert (given["PORT"], given["DATABASE_POOL"]) == (address, given["THREADS"])

    process = Process.start(
        ["gunicorn", "--config", DEPLOY / "gunicorn.conf.py"],
        name="gunicorn",
        env=given | {"PATH": SETTINGS["PATH"], "PORT": str(port := free_port())},
        cwd=APP,
    )
    leaving.callback(process.stop, grace_s=0)
    host = {"Host": given["DJANGO_ALLOWED_HOSTS"]}
    process.wait_until(lambda: get_status(port, "/health/", DEADLINE_S) is not None)
    assert ask(port, "/health/", **host).status == 200
