"""py-spy finds the function that uses the CPU, in a server that is as it always is."""

import os
import signal
from collections import Counter

import pytest

from crossroads.services.process import ServiceError


@pytest.mark.evidence("profile")
@pytest.mark.runs("profile/record.sh")
def test_py_spy_names_the_function_that_computes(serve_profiled, samples_of):
    desk = serve_profiled(CARRIERS_URL="", CARRIER_LATENCY_MS=100)

    # Both views are asked as often. The first computes; the second takes longer, but waits.
    computed = desk.ask_at_once(40, "/routes/plan/").statuses()
    waited = desk.ask_at_once(40, "/rates/one/").statuses()
    samples = samples_of(desk)

    assert computed == waited == {200: 40}
    assert max(samples, key=samples.get) == "two_opt (routes/tours.py)"


FORBIDDEN = ("permission denied", "operation not permitted", "requires root")


@pytest.fixture
def serve_profiled(serve, tmp_path):
    """Give a function that starts the example app under py-spy."""

    def start(**env):
        output = {"FORMAT": "raw", "OUTPUT": tmp_path / "samples"}
        try:
            return serve("../profile/record", **output, **env)
        except ServiceError as error:
            if any(words in str(error).lower() for words in FORBIDDEN):
                pytest.skip("py-spy may not look into its child; docker run --cap-add SYS_PTRACE")
            raise

    return start


@pytest.fixture
def samples_of(tmp_path):
    """Give a function that ends py-spy and counts, by function, where requests used the CPU."""

    def count(desk):
        py_spy = desk.server.process
        os.kill(py_spy.pid, signal.SIGINT)
        py_spy.wait_until(lambda: not py_spy.is_running())
        samples: Counter[str] = Counter()
        for line in (tmp_path / "samples").read_text().splitlines():
            stack, number = line.rsplit(" ", 1)
            if "get_response (django/core/handlers/base.py)" in stack:
                samples[stack.rpartition(";")[2]] += int(number)
        return samples

    return count
