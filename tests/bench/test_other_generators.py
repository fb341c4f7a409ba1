"""The load generator beside wrk and h2load, where one is installed.

Rounds are interleaved and the middle of their ratios is judged, since one window on a busy
machine says little.
"""

import os
import re
import resource
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from crossroads.bench.cell import server_environment
from crossroads.bench.generator import Generator
from crossroads.bench.load import LoadSpec
from crossroads.bench.workloads import WAIT_MS, WORKLOADS
from crossroads.services.process import can_pin
from crossroads.services.server import Server, start_server
from crossroads.services.usage import cpu_seconds

ROOT = Path(__file__).parents[2]
BODY = b'{"status": "ok"}'
CLIENTS = 16
SECONDS = 1.0
LONG_SECONDS = 3.0  # theirs count whole requests, which come in batches of eight
FEWEST_ROUNDS = 3
MOST_ROUNDS = 15
OWN_CORE = [1] if can_pin() and (os.cpu_count() or 1) > 1 else []
"""Where each generator runs: beside the server, which has the first core."""

CHEAP_APP = """
async def app(scope, proto):
    proto.response_bytes(200, [("content-type", "application/json")], %r)
"""


@pytest.fixture(params=["wrk", "h2load"])
def other(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if not shutil.which(name):
        package = {"wrk": "wrk", "h2load": "nghttp2-client"}[name]
        pytest.skip(f"{name} is not installed; apt install {package}")
    return name


@pytest.fixture
def gthread() -> Iterator[Callable[[str, int], Server]]:
    started: list[Server] = []

    def start(workload: str, threads: int) -> Server:
        server = start_server(
            ROOT / "snippets" / "servers" / "gunicorn-gthread.sh",
            threads=threads,
            env=server_environment(WORKLOADS[workload], ROOT, {}),
            cwd=ROOT / "example_app",
            cpus=[0],
        )
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop(grace_s=0)


def load_by(name: str, url: str, clients: int, seconds: float) -> tuple[int, float]:
    """Return the requests that wrk or h2load had answered, and its own CPU seconds."""
    whole = f"{seconds:.0f}"
    command = {
        "wrk": ["wrk", "-t1", f"-c{clients}", f"-d{whole}s", url],
        "h2load": ["h2load", "--h1", "-t1", f"-c{clients}", f"-D{whole}", url],
    }[name]
    if OWN_CORE:
        command = ["taskset", "-c", str(*OWN_CORE), *command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = re.search(
        r"(\d+) requests in|requests: \d+ total, \d+ started, (\d+) done", done.stdout
    )
    assert found, done.stdout
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return int(found[1] or found[2]), cpu


def spec(server: Server, path: str, clients: int, body: bytes, seconds: float) -> LoadSpec:
    return LoadSpec(
        port=server.port,
        path=path,
        body=b64encode(body).decode(),
        warmup_s=0.0,
        window_s=seconds,
        clients=clients,
    )


def middle_of_ratios(one_round: Callable[[], float], is_enough: Callable[[float], bool]) -> float:
    """Return the median ratio, with more rounds while it is not yet where it should be."""
    ratios: list[float] = []
    while len(ratios) < MOST_ROUNDS:
        ratios.append(one_round())
        if len(ratios) >= FEWEST_ROUNDS and is_enough(median(ratios)):
            break
    return median(ratios)


def test_the_servers_cpu_per_request_agrees_within_a_tenth(
    other: str, gthread: Callable[[str, int], Server]
) -> None:
    server = gthread("json", 8)
    with Generator(cpus=OWN_CORE) as generator:

        def one_round() -> float:
            cpu = [cpu_seconds([server.process])]
            ours = generator.run(spec(server, "/health/", CLIENTS, BODY, SECONDS)).requests
            cpu.append(cpu_seconds([server.process]))
            theirs, _ = load_by(other, f"{server.url}/health/", CLIENTS, SECONDS)
            cpu.append(cpu_seconds([server.process]))
            return ((cpu[1] - cpu[0]) / ours) / ((cpu[2] - cpu[1]) / theirs)

        ratio = middle_of_ratios(one_round, lambda middle: abs(middle - 1) <= 0.1)

    assert ratio == pytest.approx(1, abs=0.1)


def test_the_rate_of_a_bounded_server_agrees_within_a_tenth(
    other: str, gthread: Callable[[str, int], Server]
) -> None:
    server = gthread("wait", 8)
    body = subprocess.run(
        ["curl", "--silent", f"{server.url}/rates/one/"], capture_output=True, check=True
    ).stdout
    with Generator(cpus=OWN_CORE) as generator:

        def one_round() -> float:
            ours = generator.run(spec(server, "/rates/one/", 8, body, LONG_SECONDS))
            theirs, _ = load_by(other, f"{server.url}/rates/one/", 8, LONG_SECONDS)
            assert not ours.errors
            assert ours.requests / LONG_SECONDS <= 1.02 * 8 * 1000 / WAIT_MS
            return ours.requests / theirs

        ratio = middle_of_ratios(one_round, lambda middle: abs(middle - 1) <= 0.1)

    assert ratio == pytest.approx(1, abs=0.1)


def test_our_own_cpu_per_request_is_within_one_and_a_half_of_wrk(tmp_path: Path) -> None:
    if not shutil.which("wrk"):
        pytest.skip("wrk is not installed; apt install wrk")
    (tmp_path / "cheap.py").write_text(CHEAP_APP % BODY)
    script = tmp_path / "granian-rsgi.sh"
    script.write_text(
        'exec granian cheap:app --interface rsgi --host 127.0.0.1 --port "$PORT" --no-access-log\n'
    )
    with (
        start_server(script, cwd=tmp_path, cpus=[0]) as server,
        Generator(cpus=[1] if (os.cpu_count() or 1) > 1 else []) as generator,
    ):

        def one_round() -> float:
            ours = generator.run(spec(server, "/", 32, BODY, SECONDS))
            theirs, cpu = load_by("wrk", f"{server.url}/", 32, SECONDS)
            return (ours.busy * SECONDS / ours.requests) / (cpu / theirs)

        ratio = middle_of_ratios(one_round, lambda middle: middle <= 1.5)

    assert ratio <= 1.5
