"""A stage for a queue: a desk in a database of its own, workers, and what they have printed.

A module has one stage and one worker, and each of its tests takes a parcel of its own.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.valkey import Valkey

ROOT = Path(__file__).parents[2]
APP, SNIPPETS = ROOT / "example_app", ROOT / "snippets"
QUEUES = SNIPPETS / "queues"
DEADLINE_S = 60.0
"""For what comes at once unless something is broken, or the machine is busy with other things."""

SETTINGS = {
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "PYTHONPATH": f"{APP}{os.pathsep}{SNIPPETS}",
    "PYTHONUNBUFFERED": "1",
}

# What a module of the reader's project would do: imports the files, then runs the code with
# their names at hand. Its first word is the file of the settings.
_RUN = """
import importlib, os, sys
from pathlib import Path

def name(file):
    return ".".join(Path(file).relative_to(os.environ["SNIPPETS"]).with_suffix("").parts)

settings, code, *files = sys.argv[1:]
os.environ["DJANGO_SETTINGS_MODULE"] = name(settings)
import django
django.setup()
names = {}
for file in files:
    names |= vars(importlib.import_module(name(file)))
exec(compile(code, "<test>", "exec"), names)
"""


@dataclass(frozen=True)
class Stage:
    """The example app with a queue's settings; `queue_stage` gives one."""

    settings: Path
    """The queue's file of settings."""
    env: dict[str, str]
    """The whole environment of what runs here."""
    db: psycopg.Connection
    """A connection to the desk's database, each statement a transaction of its own."""
    _numbers: Iterator[str]

    def but_with(self, **env: str) -> "Stage":
        """Return the same desk for what runs in another environment, such as another queue."""
        return replace(self, env=self.env | env)

    def run(self, code: str, *files: Path) -> str:
        """Run code in the project, in a process of its own, and return what it printed.

        It may use all names of the files, which are imported first.

        Raises:
            AssertionError: It failed; the message is all that it wrote.
        """
        done = subprocess.run(
            [sys.executable, "-c", _RUN, self.settings, code, *files],
            cwd=APP,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def weigh_after_a_rollback(self, weigh: Path, rolled_back: str, later: str) -> None:
        """Weigh a parcel in a transaction that is rolled back, and then another one for good."""
        self.run(
            f"with transaction.atomic():\n"
            f"    weigh({rolled_back!r}, 750)\n"
            f"    transaction.set_rollback(True)\n"
            f"weigh({later!r}, 750)",
            weigh,
        )

    def start_worker(self, script: Path, **env: str) -> Process:
        """Return a worker started with a file that readers copy; whoever asked ends it."""
        return Process.start(["sh", script], name=script.parent.name, env=self.env | env, cwd=APP)

    def new_number(self) -> str:
        """Return the number of a parcel that no other test has."""
        return next(self._numbers)

    def has_label(self, number: str) -> bool:
        """Return whether a worker has printed the label of a parcel."""
        found = "SELECT 1 FROM labels_label l JOIN parcels_parcel p ON p.id = parcel_id"
        return self.db.execute(f"{found} WHERE number = %s", [number]).rowcount > 0

    def weight_of(self, number: str) -> int:
        """Return what a parcel weighs, in grams, as it is committed."""
        found = "SELECT weight_g FROM parcels_parcel WHERE number = %s"
        return self.db.execute(found, [number]).fetchone()[0]

    def wait_for_label(self, number: str, worker: Process) -> None:
        """Return when a worker has printed the label of a parcel.

        Raises:
            ServiceError: It ended, or printed none in time; the message shows its log.
        """
        worker.wait_until(lambda: self.has_label(number), deadline_s=DEADLINE_S)

    @contextmanager
    def held_labels(self) -> Iterator[Callable[[Process], None]]:
        """Let nobody write a label meanwhile; give a function that waits for one who wants to.

        A job is then known to be in progress, and stays so until the block is left.
        """
        asks = "SELECT count(*) FROM pg_locks WHERE relation = 'labels_label'::regclass"

        def wait_for_a_job(worker: Process) -> None:
            waits = f"{asks} AND NOT granted"
            worker.wait_until(
                lambda: self.db.execute(waits).fetchone()[0] > 0, deadline_s=DEADLINE_S
            )

        with psycopg.connect(self.env["DATABASE_URL"]) as holder:
            holder.execute("LOCK TABLE labels_label IN EXCLUSIVE MODE")
            yield wait_for_a_job

    def break_off_a_job(self) -> None:
        """End the database connection of a job that `held_labels` holds: an OperationalError."""
        self.db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE relation = 'labels_label'::regclass AND NOT granted LIMIT 1"
        )


@contextmanager
def queue_stage(postgres: Postgres, settings: Path, **env: str) -> Iterator[Stage]:
    """Give the desk in a PostgreSQL database of its own, with all tables of these settings.

    Args:
        postgres: Where the database is made.
        settings: The queue's settings, such as `QUEUES / "celery" / "settings.py"`.
        env: Added to the environment of all that runs there.
    """
    name = f"desk_of_{settings.parent.name}_{os.getpid()}"
    url = urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    marks = {key: value for key, value in os.environ.items() if key.startswith("CROSSROADS_")}
    module = ".".join(settings.relative_to(SNIPPETS).with_suffix("").parts)
    environment = {
        **marks,
        **SETTINGS,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": module,
        "PATH": path,
        "SNIPPETS": str(SNIPPETS),
        **env,
    }
    with ExitStack() as leaving:
        server = leaving.enter_context(psycopg.connect(postgres.url, autocommit=True))
        server.execute(f"CREATE DATABASE {name}")
        leaving.callback(server.execute, f"DROP DATABASE {name} WITH (FORCE)")
        db = leaving.enter_context(psycopg.connect(url, autocommit=True))
        stage = Stage(settings, environment, db, _numbers(db))
        stage.run(
            "from django.core.management import call_command as call\n"
            "call('migrate', verbosity=0)\n"
            "call('load_desk', parcels=100, verbosity=0)"
        )
        yield stage


def _numbers(db: psycopg.Connection) -> Iterator[str]:
    for (number,) in db.execute("SELECT number FROM parcels_parcel ORDER BY id"):
        yield number


@contextmanager
def own_database(valkey: Valkey, number: int) -> Iterator[str]:
    """Give the URL of a database of Valkey that is empty and stays one module's own.

    Raises:
        AssertionError: There is something in it; with `REDIS_URL` it may be somebody's.
    """
    url = urlsplit(valkey.url)._replace(path=f"/{number}").geturl()
    with redis.Redis.from_url(url) as database:
        assert database.dbsize() == 0, f"{url} is not empty, and tests would mix with what it holds"
        yield url
        database.flushdb()


def kill(worker: Process) -> None:
    """End a worker and all its processes as a power cut would."""
    for process in worker.tree():
        process.kill()
    wait_until(lambda: not worker.is_running(), "the end of a worker that was killed")


def age(url: str, key: str) -> None:
    """Have all that a sorted set of Valkey holds be of long ago, so that no test waits for it."""
    with redis.Redis.from_url(url) as database:
        members = database.zrange(key, 0, -1)
        assert members, f"{key} is empty; known: {database.keys()}"
        database.zadd(key, dict.fromkeys(members, 0))


def wait_for_log(worker: Process, text: str) -> None:
    """Return when a worker has written something."""
    worker.wait_until(lambda: text in worker.log, deadline_s=DEADLINE_S)


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
