"""What the chapter on WSGI lets readers copy does what its pages say."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest

from crossroads.services.ports import free_port
from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.server import get_status

SNIPPETS = Path(__file__).parents[2] / "snippets"
GEVENT = SNIPPETS / "wsgi" / "gevent.conf.py"
TIMEOUT = SNIPPETS / "wsgi" / "statement_timeout.py"
QUEUE = SNIPPETS / "wsgi" / "accept_queue.sh"
YIELDS = SNIPPETS / "recipes" / "does_it_yield.py"
BIN = Path(sys.executable).parent
DEADLINE_S = 30.0

WSGI = """
import os
import shutil
import socket

import dj_database_url
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"])},
    ROOT_URLCONF="config.urls",
    SECRET_KEY="only for this test",
)
application = get_wsgi_application()
"""
URLS = """
from django.db import connection
from django.http import HttpResponse
from django.urls import path

def wait(request):
    connection.cursor().execute("SELECT pg_advisory_xact_lock_shared(61)")
    return HttpResponse("done")

urlpatterns = [path("wait/", wait), path("health/", lambda request: HttpResponse("here"))]
"""


@pytest.mark.runs("wsgi/gevent.conf.py")
def test_an_app_that_is_loaded_after_the_patch_yields_in_every_query(
    postgres: Postgres, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "wsgi.py").write_text(WSGI)
    (tmp_path / "config" / "urls.py").write_text(URLS)
    port = free_port()
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": postgres.url, "WORKERS": "1"}
    command = [BIN / "gunicorn", "--config", GEVENT]

    with (
        ExitStack() as leaving,
        psycopg.connect(postgres.url, autocommit=True) as held,
        Process.start(command, name="gunicorn", cwd=tmp_path, env=env | {"PORT": str(port)}) as one,
    ):
        one.wait_until(lambda: get_status(port, "/health/", DEADLINE_S) == 200, deadline_s=20)
        held.execute("SELECT pg_advisory_lock(61)")
        lines = [HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S) for _ in range(5)]
        for line in lines:
            leaving.callback(line.close)
            line.request("GET", "/wait/")

        waiting = "SELECT count(*) FROM pg_locks WHERE objid = 61 AND NOT granted"
        one.wait_until(lambda: held.execute(waiting).fetchone() == (5,))
        assert get_status(port, "/health/", DEADLINE_S) == 200
        held.execute("SELECT pg_advisory_unlock(61)")
        assert [line.getresponse().status for line in lines] == [200] * 5
        assert "MonkeyPatchWarning" not in one.log


@pytest.mark.runs("recipes/does_it_yield.py")
@pytest.mark.parametrize(("how", "exit_code"), [("wait_c", 1), ("wait_poll", 0)])
def test_the_recipe_tells_a_driver_that_waits_in_c(
    postgres: Postgres, how: str, exit_code: int
) -> None:
    done = run(YIELDS, postgres.url, PSYCOPG_WAIT_FUNC=how)

    assert done.returncode == exit_code, done.stderr
    assert ("another greenlet ran 0 times" in done.stdout) == bool(exit_code)


ASK = """
import runpy, sys
import django
from django.conf import settings
from django.db import OperationalError, connection
settings.configure(DATABASES=runpy.run_path(sys.argv[1])["DATABASES"])
django.setup()
with connection.cursor() as cursor:
    try:
        cursor.execute("SELECT pg_sleep(60)")
    except OperationalError as error:
        print(error)
    cursor.execute("SELECT 'goes on'")
    print(*cursor.fetchone())
"""


@pytest.mark.runs("wsgi/statement_timeout.py")
def test_a_query_that_takes_too_long_is_ended_and_the_connection_goes_on(
    postgres: Postgres,
) -> None:
    done = run("-c", ASK, TIMEOUT, DATABASE_URL=postgres.url, STATEMENT_TIMEOUT="100ms")

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["canceling statement due to statement timeout", "goes on"]


def run(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | env,
    )


@pytest.mark.runs("wsgi/accept_queue.sh")
def test_the_accept_queue_can_be_watched() -> None:
    if shutil.which("ss") is None:
        pytest.skip("ss is not installed; apt install iproute2")
    with ExitStack() as leaving:
        listener = leaving.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
        address = listener.getsockname()
        for _ in range(3):
            leaving.enter_context(socket.create_connection(address))

        done = subprocess.run(
            [QUEUE], env=os.environ | {"PORT": str(address[1])}, capture_output=True, check=True
        )

    assert done.stdout.split()[:4] == [b"LISTEN", b"3", b"64", b"127.0.0.1:%d" % address[1]]
