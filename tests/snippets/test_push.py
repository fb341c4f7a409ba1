"""Event streams on real servers, each started with the file that readers copy."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from crossroads.services.ports import free_port
from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.server import get_status
from crossroads.services.valkey import Valkey

from .push_stage import DEADLINE_S, SNIPPETS, TOKEN, Desk, desk_on, load_desk, track, wait_until

STREAMS, LOCATION = "push/uvicorn-streams.sh", "push/nginx-stream.conf"
PAIR = SNIPPETS / "deploy" / "nginx-pair.conf"
WSGI = "servers/gunicorn-gthread.sh"
CHANNEL = "tracking, on real servers"
SBIN = "/usr/sbin:/usr/local/sbin"  # where Debian keeps nginx, and a user's PATH does not look

MAIN = """
user {user};
daemon off;
pid nginx.pid;
events {{ }}
http {{
    access_log off;
    gzip on;
    gzip_types *;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include desk.conf;
}}
"""

streams = pytest.mark.runs(STREAMS)

type Proxy = Callable[[int, int], int]


def query(url: str, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        done = connection.execute(text.encode())
        return done.fetchall() if done.description else []


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Iterator[str]:
    """Give the URL of a PostgreSQL database of this module's own, with the desk's parcels."""
    name = f"desk_of_push_{os.getpid()}"
    url = urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
    query(postgres.url, f"CREATE DATABASE {name}")
    load_desk(url)
    yield url
    query(postgres.url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def desk(database: str, valkey: Valkey) -> Iterator[Desk]:
    """Give a desk on PostgreSQL, whose streams are told through Valkey."""
    with desk_on(database, REDIS_URL=valkey.url, TRACKING_CHANNEL=CHANNEL) as desk:
        yield desk


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of an SQLite of this module's own, with the desk's parcels."""
    url = f"sqlite:///{tmp_path_factory.mktemp('push') / 'desk.sqlite3'}"
    load_desk(url)
    return url


@pytest.fixture
def small_desk(file: str) -> Iterator[Desk]:
    """Give a desk on SQLite and no other service: a task asks the database."""
    with desk_on(file) as desk:
        yield desk


@pytest.fixture(params=["desk", "small_desk"])
def any_desk(request: pytest.FixtureRequest) -> Desk:
    """Return either of them."""
    desk: Desk = request.getfixturevalue(request.param)
    return desk


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    """Give a function that starts nginx before two ports and returns its own."""
    path = f"{os.environ.get('PATH', os.defpath)}:{SBIN}"
    nginx, envsubst = (
        shutil.which(name, path=path) or pytest.skip(f"{name} is not installed; apt install {made}")
        for name, made in (("nginx", "nginx-light"), ("envsubst", "gettext-base"))
    )
    with ExitStack() as leaving:

        def start(wsgi: int, asgi: int) -> int:
            port = free_port()
            place = f"cp '{SNIPPETS / LOCATION}' stream.conf"
            fill = f"{envsubst} '$PORT $WSGI $ASGI $STATIC' < '{PAIR}'"
            # A reader puts the location beside the others; this is where.
            put = r"sed 's|^    location / {|    include stream.conf;\n&|' > desk.conf"
            subprocess.run(
                ["sh", "-c", f"{place} && {fill} | {put}"],
                cwd=tmp_path,
                env={
                    "PORT": str(port),
                    "WSGI": f"127.0.0.1:{wsgi}",
                    "ASGI": f"127.0.0.1:{asgi}",
                    "STATIC": str(tmp_path),
                },
                check=True,
            )
            user = "root" if os.geteuid() == 0 else "nobody"
            (tmp_path / "nginx.conf").write_text(MAIN.format(user=user))
            command = [nginx, "-p", tmp_path, "-e", "stderr", "-c", tmp_path / "nginx.conf"]
            process = leaving.enter_context(Process.start(command, name="nginx"))
            process.wait_until(lambda: get_status(port, "/health/", DEADLINE_S) == 200)
            return port

        yield start


@streams
@pytest.mark.runs(LOCATION)
def test_what_is_reported_under_wsgi_reaches_a_stream_through_the_proxy(
    any_desk: Desk, proxy: Proxy
) -> None:
    port = proxy(any_desk.serve(WSGI).port, any_desk.serve(STREAMS).port)
    stream = any_desk.follow(port, "DX00000001", after=str(10**6))
    other = any_desk.follow(port, "DX00000002")
    known, _ = other.event()

    any_desk.report(port, "DX00000002", "Sorted")  # nginx gives this to the WSGI server
    while (event := other.event())[1]["note"] != "Sorted":
        pass

    assert int(event[0]) > int(known)
    assert stream.headers["Content-Type"] == "text/event-stream"


@streams
def test_after_a_restart_a_client_gets_what_it_missed_and_nothing_twice(any_desk: Desk) -> None:
    wsgi, asgi = any_desk.serve(WSGI), any_desk.serve(STREAMS, GRACE_S="0")
    any_desk.report(wsgi.port, "DX00000003", "seen")
    stream = any_desk.follow(asgi.port, "DX00000003")
    while (seen := stream.event())[1]["note"] != "seen":
        pass
    asgi.stop(DEADLINE_S)
    any_desk.report(wsgi.port, "DX00000003", "missed")
    asgi = any_desk.serve(STREAMS, port=asgi.port)

    again = any_desk.follow(asgi.port, "DX00000003", **{"Last-Event-ID": seen[0]})
    any_desk.report(wsgi.port, "DX00000003", "new")

    assert [again.event()[1]["note"] for _ in range(2)] == ["missed", "new"]


@streams
def test_many_streams_share_a_listener_and_hold_no_connection_to_the_database(
    desk: Desk, database: str, valkey: Valkey
) -> None:
    wsgi, asgi = desk.serve(WSGI), desk.serve(STREAMS, DATABASE_POOL="0")
    opened = [desk.follow(asgi.port, f"DX{n:08}") for n in range(20)]
    for stream in opened:
        stream.event()  # so each has asked the database

    # What is said to nobody rings no bell, and the answer is how many have heard it. (PUBSUB NUMSUB
    # of Valkey 9.1 sometimes answers with a number that is none.)
    with redis.Redis.from_url(valkey.url) as told:
        wait_until(lambda: told.publish(CHANNEL, "") == 1, "the one listener")
        desk.report(wsgi.port, "DX00000007", "Sorted")
        while opened[7].event()[1]["note"] != "Sorted":
            pass
        assert told.publish(CHANNEL, "") == 1
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        held = f"SELECT 1 FROM pg_stat_activity WHERE {others}"  # noqa: S608 - all ours
        wait_until(lambda: query(database, held) == [], "the end of all connections")

        for stream in opened:
            stream.leave()
        wait_until(lambda: told.publish(CHANNEL, "") == 0, "the end of the listener")


@streams
def test_an_open_stream_does_not_keep_the_server_from_ending(small_desk: Desk) -> None:
    bounded, unbounded = (
        small_desk.serve(STREAMS, GRACE_S="1"),
        small_desk.serve("servers/uvicorn.sh"),
    )
    held = [small_desk.follow(server.port, "DX00000001") for server in (bounded, unbounded)]
    for stream in held:
        stream.event()

    os.kill(unbounded.process.pid, signal.SIGTERM)
    # It ends by itself; what had to be killed would say so.
    assert bounded.stop(DEADLINE_S) == -signal.SIGTERM
    assert unbounded.process.is_running()
    held[1].leave()
    wait_until(lambda: not unbounded.process.is_running(), "the end of the other server")


@streams
def test_beyond_the_limit_a_stream_is_refused_at_once(small_desk: Desk) -> None:
    server = small_desk.serve(STREAMS, STREAMS="3")
    opened = [small_desk.follow(server.port, "DX00000001") for _ in range(2)]

    assert [stream.status for stream in opened] == [200, 200]
    assert small_desk.follow(server.port, "DX00000001").status == 503


def test_a_wsgi_server_refuses_streams(small_desk: Desk) -> None:
    server = small_desk.serve(WSGI)

    assert small_desk.follow(server.port, "DX00000001").status == 501


def test_a_poll_on_a_wsgi_server_is_answered_with_304_until_there_is_news(small_desk: Desk) -> None:
    server = small_desk.serve(WSGI)
    line = HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)

    def poll(etag: str) -> tuple[int, str]:
        line.request("GET", track("DX00000001", "events/"), headers={"If-None-Match": etag})
        with line.getresponse() as answer:
            answer.read()
            return answer.status, answer.headers["ETag"]

    status, etag = poll("")
    assert (status, poll(etag)) == (200, (304, etag))
    small_desk.report(server.port, "DX00000001", "Sorted")
    assert poll(etag)[0] == 200
    line.close()


@streams
@pytest.mark.runs("push/report.sh")
@pytest.mark.runs("push/watch.sh")
def test_one_terminal_watches_what_another_reports(small_desk: Desk) -> None:
    server = small_desk.serve(STREAMS)
    path = os.environ.get("PATH", os.defpath)
    env = {"PATH": path, "HOST": server.url, "DESK_TOKEN": TOKEN, "NUMBER": "DX00000009"}

    def report() -> str:
        command = ["sh", SNIPPETS / "push" / "report.sh"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        return str(json.loads(done.stdout)["page"])

    watch = ["sh", SNIPPETS / "push" / "watch.sh"]
    with Process.start(watch, name="watch", env=env | {"PAGE": report()}) as watching:
        watching.wait_until(lambda: watching.log.count('"Sorted"') == 1, deadline_s=DEADLINE_S)
        # The script's clock counts seconds, and what it reports twice in one is heard once.
        watching.wait_until(
            lambda: bool(report()) and watching.log.count('"Sorted"') > 1, deadline_s=DEADLINE_S
        )
