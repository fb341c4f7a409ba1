"""Celery counts the parts of a chord in Redis, and a part that is tried again counts once."""

import os
import signal

import pytest

from ..snippets.queue_stage import (  # noqa: TID252
    QUEUES,
    own_database,
    queue_stage,
    wait_for_log,
    wait_until,
)

FOLDER = QUEUES / "celery"


@pytest.mark.evidence("chord")
def test_a_chord_ends_a_single_time_though_a_part_fails_and_is_tried_again(stage, record):
    numbers = [stage.new_number() for _ in range(3)]

    with stage.start_worker(FOLDER / "worker.sh") as worker:
        with stage.held_labels() as wait_for_a_job:
            stage.run(f"print_all({numbers})", FOLDER / "tasks.py")
            wait_for_a_job(worker)
            stage.break_off_a_job()
            wait_for_log(worker, "Retry in")
            before = worker.log.count("labels are printed")
        wait_for_log(worker, "labels are printed")
        os.kill(worker.pid, signal.SIGTERM)
        wait_until(lambda: not worker.is_running(), "the end of the worker")
        ended = worker.log.count("3 labels are printed")
        again = worker.log.count("Retry in")

    printed = sum(stage.has_label(number) for number in numbers)
    assert (printed, before, ended) == (3, 0, 1)
    assert again >= 1
    record(parts=printed, again=again, ended=ended)


@pytest.fixture
def stage(postgres, valkey):
    """Give the desk with Celery, its queue and its results in a database of Valkey."""
    with (
        own_database(valkey, 2) as url,
        queue_stage(postgres, FOLDER / "settings.py", QUEUE_URL=url) as stage,
    ):
        yield stage
