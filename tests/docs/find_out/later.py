"""Ways to run the commands behind the door "Work should happen outside the request"."""

import subprocess
import sys
import uuid

import redis

from crossroads.services.process import Process
from crossroads.services.valkey import Valkey

from .stage import APP, DEADLINE_S, SNIPPETS, Stage, Ways, logged

WAYS = Ways()


@WAYS.runs("what-starts", "python -c ")
def which_queue_is_installed(stage: Stage, command: str) -> None:
    names = stage.run(command).split()

    known = {"celery", "rq", "dramatiq", "huey", "procrastinate", "django-q2", "django-tasks-db"}
    assert known <= {name.lower() for name in names}
    assert not {"Django", "django-ninja", "redis"} & set(names)
    empty = stage.folder / "empty"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", empty], check=True)
    assert stage.run(f'PATH="{empty}/bin:$PATH"; {command}') == "", "no line, and there is none"


@WAYS.runs("what-starts", "ps ")
def which_worker_runs(stage: Stage, command: str) -> None:
    valkey: Valkey = stage.request.getfixturevalue("valkey")
    name = f"find-out-{uuid.uuid4().hex}"
    env = stage.environment | {"DATABASE_URL": stage.desk()}
    assert name not in stage.run(command)
    for start in (
        [sys.executable, "manage.py", "db_worker", "--worker-id", name],
        ["rq", "worker", "--url", valkey.url, name],
    ):
        with Process.start(start, name="worker", cwd=APP, env=env) as worker:
            worker.wait_until(lambda: name in stage.run(command), deadline_s=DEADLINE_S)
        assert name not in stage.run(command)
    # Each of the others is seen in the line with which the site starts it.
    for script in sorted(SNIPPETS.glob("queues/*/worker.sh")):
        assert "exec " in stage.run(command.replace("ps -eww -o args", f"grep -v '#' {script}"))


@WAYS.runs("queue-needs", "python manage.py shell")
def what_runs_already(stage: Stage, command: str) -> None:
    sqlite, memory = stage.run(command).split()
    stage.environment["DATABASE_URL"] = "postgresql://desk@db.example/desk"
    stage.environment["REDIS_URL"] = "redis://cache.example"
    postgresql, cache = stage.run(command).split()

    assert sqlite == "django.db.backends.sqlite3"
    assert memory == "django.core.cache.backends.locmem.LocMemCache"
    assert postgresql == "django.db.backends.postgresql"
    assert cache == "django.core.cache.backends.redis.RedisCache"


@WAYS.runs("queue-needs", "grep ")
def how_many_jobs(stage: Stage, command: str) -> None:
    folder = logged(stage, {"POST /api/scans/": 4, "GET /health/": 6})

    lines = stage.run(command, cwd=folder).splitlines()

    counts = [int(line.split()[0]) for line in lines]
    assert counts == sorted(counts, reverse=True)
    assert 3 <= sum(counts) <= 4, "up to three seconds are shown, and no GET is counted"


@WAYS.runs("redis-queue", "python -c ")
def whether_jobs_may_be_thrown_away(stage: Stage, command: str) -> None:
    valkey: Valkey = stage.request.getfixturevalue("valkey")
    stage.environment["REDIS_URL"] = valkey.url
    server = stage.leaving.enter_context(redis.Redis.from_url(valkey.url, decode_responses=True))
    before = server.config_get("maxmemory*")
    stage.leaving.callback(server.config_set, "maxmemory", before["maxmemory"])
    stage.leaving.callback(server.config_set, "maxmemory-policy", before["maxmemory-policy"])

    for bound, policy in ((2**40, "allkeys-lru"), (0, "noeviction")):
        server.config_set("maxmemory", bound)
        server.config_set("maxmemory-policy", policy)
        assert stage.run(command) == f"{bound} {policy}\n"
