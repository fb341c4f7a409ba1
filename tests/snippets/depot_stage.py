"""A stage for sockets: a desk in a database of its own, people, servers, a proxy, a browser."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from playwright.sync_api import Page, sync_playwright
from websockets.sync.client import ClientConnection, connect

from crossroads.services.ports import free_port
from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.server import Server, get_status, start_server

ROOT = Path(__file__).parents[2]
APP, SNIPPETS = ROOT / "example_app", ROOT / "snippets"
SOCKETS = SNIPPETS / "sockets"
UVICORN, NGINX = SOCKETS / "uvicorn-sockets.sh", SOCKETS / "nginx-sockets.conf"
STAY = SOCKETS / "stay-connected.js"
GTHREAD = SNIPPETS / "servers" / "gunicorn-gthread.sh"
DEADLINE_S = 30.0
ORIGIN = "http://127.0.0.1"
"""A page of ours, as far as ALLOWED_HOSTS says."""

SETTINGS = {
    "DATABASE_CONN_MAX_AGE": "",
    "DATABASE_POOL": "",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "RELAY_KEY": "",
    "RELAY_URL": "",
}
PEOPLE = {
    "scanner": ["view_event", "add_event"],
    "dispatcher": ["view_event", "add_event", "change_parcel"],
    "listener": ["view_event"],
    "visitor": [],
}
# Fills the desk, and prints a session for each person.
_LOAD = """
import io, json, sys, django
django.setup()
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
call_command("load_desk", stdout=io.StringIO())
sessions = {}
for name, rights in json.loads(sys.argv[1]).items():
    user = User.objects.create(username=name)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    sessions[name] = client.cookies["sessionid"].value
from parcels.models import Depot, Parcel
elbe = Depot.objects.get(name="Elbe")
numbers = list(Parcel.objects.filter(depot=elbe).values_list("number", flat=True))
print(json.dumps({"sessions": sessions, "numbers": numbers, "room": f"depot-{elbe.pk}"}))
"""
# What /etc/nginx/nginx.conf does, without files outside.
_NGINX_MAIN = """
user {user};
daemon off;
pid nginx.pid;
events {{ }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include desk.conf;
}}
"""


@dataclass(frozen=True)
class Stage:
    """A desk with people; `depot_stage` gives one."""

    env: dict[str, str]
    sessions: dict[str, str]
    numbers: list[str]
    """Parcels of the depot Elbe."""
    room: str
    """Where the depot's news go."""

    def serve_sockets(self, port: int | None = None, **env: str) -> Server:
        return start_server(UVICORN, cwd=APP, env=self.env | env, port=port, deadline_s=DEADLINE_S)

    def serve_requests(self, **env: str) -> Server:
        return start_server(GTHREAD, cwd=APP, env=self.env | env, threads=4, deadline_s=DEADLINE_S)

    def cookie(self, person: str | None) -> dict[str, str]:
        return {"Cookie": f"sessionid={self.sessions[person]}"} if person else {}

    def connect(
        self, server: Server, person: str | None = "scanner", **options: object
    ) -> ClientConnection:
        """Return a socket to the depot, as a page of ours would open it."""
        path = options.pop("path", "/sockets/depots/Elbe/")
        options = {"origin": ORIGIN, "additional_headers": self.cookie(person)} | options
        return connect(
            f"ws://127.0.0.1:{server.port}{path}", open_timeout=DEADLINE_S, proxy=None, **options
        )

    def hold(self, server: Server, number: str, person: str = "dispatcher") -> httpx.Response:
        """Have a parcel held by the view."""
        with httpx.Client(base_url=server.url, trust_env=False, timeout=DEADLINE_S) as browser:
            browser.cookies.set("sessionid", self.sessions[person])
            browser.get("/accounts/login/")
            headers = {"X-CSRFToken": browser.cookies["csrftoken"]}
            return browser.post(f"/depots/parcels/{number}/hold/", headers=headers)


@contextmanager
def depot_stage(postgres: Postgres, **env: str) -> Iterator[Stage]:
    """Give a desk in a database of its own."""
    name = f"depot_{os.getpid()}_{os.urandom(4).hex()}"
    url = urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
    settings = SETTINGS | {"DATABASE_URL": url} | env
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            done = subprocess.run(
                [sys.executable, "-c", _LOAD, json.dumps(PEOPLE)],
                cwd=APP,
                env=os.environ | settings | {"DJANGO_SETTINGS_MODULE": "config.settings"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            yield Stage(env=settings, **json.loads(done.stdout))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def hear(socket: ClientConnection) -> dict[str, Any]:
    """Return the next message."""
    return json.loads(socket.recv(timeout=DEADLINE_S))


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


def scan(number: str, deed: str = "scan") -> str:
    return json.dumps({"deed": deed, "number": number, "at": datetime.now(UTC).isoformat()})


@contextmanager
def proxy(
    folder: Path, *, wsgi: int = 1, sockets: int = 1, relay: int = 1, port: int | None = None
) -> Iterator[str]:
    """Give the address of an nginx with the configuration that readers copy."""
    nginx, envsubst = _program("nginx", "nginx-light"), _program("envsubst", "gettext-base")
    port = free_port() if port is None else port
    ports = {"PORT": port, "WSGI_PORT": wsgi, "SOCKETS_PORT": sockets, "RELAY_PORT": relay}
    names = " ".join(f"${name}" for name in ports)
    subprocess.run(
        ["sh", "-c", f"{envsubst} '{names}' < '{NGINX}' > desk.conf"],
        cwd=folder,
        env={name: str(value) for name, value in ports.items()},
        check=True,
    )
    user = "root" if os.geteuid() == 0 else "nobody"
    (folder / "nginx.conf").write_text(_NGINX_MAIN.format(user=user, folder=folder))
    command = [nginx, "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf"]
    with Process.start(command, name="nginx") as process:
        process.wait_until(lambda: get_status(port, "/", DEADLINE_S) is not None)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def browse(chromium: Path, stage: Stage, address: str, person: str) -> Iterator[Page]:
    """Give a page of the desk in a browser that is logged in, with the script that readers copy."""
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with ExitStack() as leaving:
        playwright = leaving.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        leaving.callback(browser.close)
        context = browser.new_context()
        context.set_default_timeout(DEADLINE_S * 1000)
        context.add_cookies(
            [{"name": "sessionid", "value": stage.sessions[person], "url": address}]
        )
        page = context.new_page()
        page.goto(f"{address}/accounts/login/")
        page.add_script_tag(path=STAY)
        yield page


def parses(script: Path, node: Path) -> bool:
    """Return whether a file is JavaScript or TypeScript, as far as Node can tell."""
    return subprocess.run([node, "--check", script], check=False).returncode == 0


def _program(name: str, package: str) -> str:
    sbin = "/usr/sbin:/usr/local/sbin"  # where Debian keeps nginx, and a user's PATH does not look
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{sbin}")
    return found or pytest.skip(f"{name} is not installed; apt install {package}")
