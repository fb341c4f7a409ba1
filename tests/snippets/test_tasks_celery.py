"""What keeps a queue that runs already in order: a canary, and Django's interface in front."""

import http.server
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.valkey import Valkey

from .queue_stage import APP, DEADLINE_S, QUEUES, SNIPPETS, Stage, own_database, queue_stage

HERE = SNIPPETS / "tasks"
BACKEND, CANARY, SEND, SETTINGS = (
    HERE / name for name in ("celery_backend.py", "canary.py", "send_canary.sh", "keep_settings.py")
)
WORKER = QUEUES / "celery" / "worker.sh"
runs_settings = pytest.mark.runs("tasks/keep_settings.py")


@pytest.fixture(scope="module")
def pings() -> Iterator[list[str]]:
    """Give the addresses that somebody asked for; the first is that of who listens."""

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Ear) as server:
        heard = [f"http://127.0.0.1:{server.server_port}/canary"]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield heard
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def stage(postgres: Postgres, valkey: Valkey, pings: list[str]) -> Iterator[Stage]:
    with (
        own_database(valkey, 14) as url,
        queue_stage(postgres, SETTINGS, QUEUE_URL=url, CANARY_URL=pings[0]) as stage,
    ):
        yield stage


@pytest.fixture(scope="module")
def worker(stage: Stage) -> Iterator[Process]:
    with stage.start_worker(WORKER, CONCURRENCY="1") as worker:
        yield worker


@runs_settings
@pytest.mark.runs("tasks/celery_backend.py")
def test_a_task_of_django_is_carried_by_celery(stage: Stage, worker: Process) -> None:
    number = stage.new_number()

    said = stage.run(
        f"from labels.tasks import print_label\nprint(print_label.enqueue({number!r}).status)",
        BACKEND,
    )

    assert said.strip() == "READY"
    stage.wait_for_label(number, worker)


@runs_settings
@pytest.mark.runs("tasks/celery_backend.py")
def test_what_celery_is_not_asked_for_is_refused(stage: Stage) -> None:
    said = stage.run(
        "from datetime import timedelta\n"
        "from django.tasks.exceptions import InvalidTask\n"
        "from django.utils import timezone\n"
        "from labels.tasks import print_label\n"
        "for other in {'run_after': timezone.now()}, {'queue_name': 'heavy'}, {'priority': 5}:\n"
        "    try:\n"
        "        print_label.using(**other)\n"
        "    except InvalidTask:\n"
        "        print('refused')",
        BACKEND,
    )

    assert said.split() == ["refused"] * 3


@runs_settings
@pytest.mark.runs("tasks/canary.py")
@pytest.mark.runs("tasks/send_canary.sh")
def test_a_canary_is_heard_only_when_it_comes_in_time(
    stage: Stage, worker: Process, pings: list[str]
) -> None:
    # A worker that does one job after another has done this one when the next is heard.
    stage.run(f"canary.delay({time.time() - 3600})", CANARY)
    subprocess.run(["sh", SEND], cwd=APP, env=stage.env, check=True)

    worker.wait_until(lambda: len(pings) > 1, deadline_s=DEADLINE_S)
    worker.wait_until(lambda: worker.log.count("] succeeded in ") >= 2, deadline_s=DEADLINE_S)

    assert pings[1:] == ["/canary"]
