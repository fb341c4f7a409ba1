"""Jobs of Procrastinate that have the same lock run one after the other, whoever runs them."""

from contextlib import ExitStack

import psycopg
import pytest

from ..snippets.queue_stage import QUEUES, queue_stage, wait_until  # noqa: TID252

FOLDER = QUEUES / "procrastinate"


@pytest.mark.evidence("job-lock")
def test_of_jobs_with_the_same_lock_only_one_runs(defer, hold, free_worker, record):
    with_lock, without = defer(3, lock="printer"), defer(4)

    wait_until(lambda: hold.running(without) == 4, "all jobs without a lock")  # more than a worker
    counts = []
    for number in with_lock:  # in the order in which they were deferred
        wait_until(lambda number=number: hold.running([number]) == 1, "its turn")
        free_worker()  # so a worker has looked for more, and passed over the others
        counts.append(hold.running(with_lock))
        hold.let_go(number)

    assert counts == [1, 1, 1]
    record(running=max(counts), deferred=len(with_lock), others=len(without))


@pytest.fixture
def stage(postgres):
    """Give the desk with Procrastinate, and two workers of four jobs at once."""
    with queue_stage(postgres, FOLDER / "settings.py") as stage, ExitStack() as leaving:
        # What a lock kept back is found by polling.
        often = {"CONCURRENCY": "4", "PROCRASTINATE_WORKER_FETCH_JOB_POLLING_INTERVAL": "0.1"}
        for _ in range(2):
            leaving.enter_context(stage.start_worker(FOLDER / "worker.sh", **often))
        workers = "SELECT count(*) FROM procrastinate_workers"
        wait_until(lambda: stage.db.execute(workers).fetchone()[0] == 2, "two workers")
        yield stage


class Hold:
    """Keeps each job from ending until it may go, and counts those that are so far.

    A label that we have written and not committed makes the job wait that writes the same.
    """

    def __init__(self, stage, leaving):
        self._stage, self._leaving = stage, leaving
        self._kept = {}

    def keep(self, number):
        kept = self._kept[number] = psycopg.connect(self._stage.env["DATABASE_URL"])
        self._leaving.callback(kept.close)
        written = "INSERT INTO labels_label (parcel_id, pdf, printed) SELECT id, '', now()"
        kept.execute(f"{written} FROM parcels_parcel WHERE number = %s", [number])

    def running(self, numbers):
        """Return how many jobs of these parcels are in progress."""
        ours = [self._kept[number].info.backend_pid for number in numbers if number in self._kept]
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE pg_blocking_pids(pid) && %s::int[]"
        return self._stage.db.execute(waiting, [ours]).fetchone()[0]

    def let_go(self, number):
        self._kept.pop(number).close()


@pytest.fixture
def hold(stage):
    """Give what keeps the jobs of `defer` from ending."""
    with ExitStack() as leaving:
        yield Hold(stage, leaving)


@pytest.fixture
def defer(stage, hold):
    """Give a function that defers jobs, and returns the numbers of their parcels."""

    def some(count, lock=None):
        numbers = [stage.new_number() for _ in range(count)]
        for number in numbers:
            hold.keep(number)
        deferred = f"print_label.configure(lock={lock!r}).defer(number=number)"
        stage.run(f"for number in {numbers}:\n    {deferred}", FOLDER / "tasks.py")
        return numbers

    return some


@pytest.fixture
def free_worker(stage):
    """Give a function that returns when a worker had room for one more job, and ran it."""

    def run():
        number = stage.new_number()
        stage.run(f"print_label.defer(number={number!r})", FOLDER / "tasks.py")
        wait_until(lambda: stage.has_label(number), "a worker with room for one more job")

    return run
