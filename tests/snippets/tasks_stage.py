"""A desk in deployment: a folder like /srv/desk, a database, somebody who can log in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg

from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.server import Server, start_server

ROOT = Path(__file__).parents[2]
APP, TASKS = ROOT / "example_app", ROOT / "snippets" / "tasks"
GTHREAD = ROOT / "snippets" / "servers" / "gunicorn-gthread.sh"
RUN_UNIT = Path(__file__).with_name("run_unit.py")
DEADLINE_S = 60.0
PASSWORD = "only-for-this-test"  # noqa: S105 - of a desk that lives for seconds


@dataclass(frozen=True)
class Deployed:
    """A desk with its data."""

    folder: Path
    """What a reader's units call /srv/desk."""
    env: dict[str, str]
    """What /etc/desk/web.env sets, and what a test run needs."""

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=APP,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )

    def must_manage(self, *arguments: str) -> str:
        done = self.manage(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, code: str) -> str:
        """Run code with the names of `manage.py shell`, and return what it printed."""
        return self.must_manage("shell", "-v", "0", "-c", code).strip()

    def start_unit(self, unit: Path) -> Process:
        """Start what a unit starts; whoever asked ends it."""
        command = [sys.executable, RUN_UNIT, unit, "ExecStart", "/srv/desk", self.folder]
        return Process.start(command, name=unit.stem, env=self.env)

    def serve(self) -> Server:
        return start_server(GTHREAD, cwd=APP, env=self.env)


@contextmanager
def deployed(url: str, folder: Path) -> Iterator[Deployed]:
    """Give a desk of 100 parcels in an empty database."""
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "app").symlink_to(APP)
    marks = {key: value for key, value in os.environ.items() if key.startswith("CROSSROADS_")}
    env = {
        **marks,
        "DATABASE_URL": url,
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_INSECURE_HTTP": "1",
        "DJANGO_SECRET_KEY": "for-this-test-alone-" * 3,
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
    }
    desk = Deployed(folder, env)
    desk.must_manage("migrate", "-v", "0")
    desk.must_manage("load_desk", "--parcels", "100")
    desk.must_manage("createsuperuser", "--noinput", "--username", "ada", "--email", "a@b.example")
    yield desk


@contextmanager
def own_database(postgres: Postgres, name: str) -> Iterator[str]:
    """Give the URL of an empty database."""
    name = f"{name}_{os.getpid()}"
    with psycopg.connect(postgres.url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def logged_in(server: Server) -> Iterator[httpx.Client]:
    """Give a browser in which a clerk has logged in."""
    with httpx.Client(base_url=server.url, timeout=30, follow_redirects=True) as browser:
        post(browser, "/accounts/login/", at="/accounts/login/", username="ada", password=PASSWORD)
        yield browser


def post(browser: httpx.Client, path: str, *, at: str, **fields: str) -> httpx.Response:
    """Send the form of a page, as a browser would."""
    browser.get(at)
    token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    answer = browser.post(path, data=fields | token)
    answer.raise_for_status()
    return answer
