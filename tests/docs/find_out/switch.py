"""Ways to run the commands behind the door "Nothing is wrong; I want or was told to switch"."""

import re

from .slow import what_connections_do, what_the_workers_wait_for, which_calls_there_are
from .stage import (
    APP,
    COMPUTES,
    FOR_MINUTES,
    Stage,
    Ways,
    busy,
    py_spy,
    samples,
    workers,
)

WAYS = Ways()
WAYS.runs("shorter-or-more", "grep ")(which_calls_there_are)
WAYS.runs("async-database", "psql ")(what_connections_do)


@WAYS.runs("switch-asgi", "grep ")
@WAYS.runs("async-database", "grep ")
def what_needs_asgi(stage: Stage, command: str) -> None:
    found = stage.run(command)

    assert "./rates/views.py" in found
    assert re.search(r"^\./tracking/views\.py:.*StreamingHttpResponse\($", found, re.MULTILINE)
    assert stage.run(command, cwd=APP / "parcels" / "migrations") == ""


@WAYS.runs("switch-async", "py-spy dump")
def what_would_be_awaited(stage: Stage, command: str) -> None:
    what_the_workers_wait_for(stage, command)
    server = stage.serve()
    dump = py_spy(command, workers(server)[0])
    with busy(server, COMPUTES):
        stage.run_until(dump, r"^Thread \S+ \(active.*\n +\S+ \(routes/tours.py:\d+\)$")


@WAYS.runs("shorter-or-more", "curl ")
def how_long_alone(stage: Stage, command: str) -> None:
    server = stage.serve(CARRIER_LATENCY_MS="300")

    assert float(stage.run(command.replace("URL", f"{server.url}/rates/one/"))) >= 0.3
    assert float(stage.run(command.replace("URL", f"{server.url}/health/"))) > 0


@WAYS.runs("gil-limit", "top ")
def what_the_threads_use(stage: Stage, command: str) -> None:
    server = stage.serve()
    [worker] = workers(server)
    ask = command.replace("PID", str(worker)).replace("-d 5", "-d 2")
    with busy(server, COMPUTES, clients=4):
        printed = stage.run(ask)

    assert re.search(r"^%Cpu\(s\):.* id,", printed, re.MULTILINE)
    used = cpu_of_threads(printed, worker)
    assert len([part for part in used if part > 0]) >= 3
    assert 0 < sum(used) < 115, "they share a GIL"
    assert sum(cpu_of_threads(stage.run(ask), worker)) < sum(used) / 2


def cpu_of_threads(printed: str, process: int) -> list[float]:
    """Return the column %CPU without the line of the process, where procps 4.0.2 has the sum."""
    _, table = printed.split("COMMAND\n")
    rows = [line.split() for line in table.splitlines()]
    return [float(row[8]) for row in rows if row[0] != str(process)]


@WAYS.runs("gil-limit", "py-spy record")
def what_holds_the_gil(stage: Stage, command: str) -> None:
    computes, waits = stage.serve(), stage.serve(**FOR_MINUTES)
    with busy(computes, COMPUTES, clients=4):
        held = looks(stage.run(py_spy(command, workers(computes)[0]), cwd=stage.folder))
    found = samples(stage.folder / "cpu.svg")
    stage.hold(waits, "/rates/one/", count=4)
    idle = looks(stage.run(py_spy(command, workers(waits)[0]), cwd=stage.folder))

    assert 100 < held <= 200, "it looks 100 times a second"
    assert found["two_opt (routes/tours.py)"] > held / 2
    assert idle < 20


def looks(printed: str) -> int:
    """Return at how many looks a thread held the GIL."""
    if "No stack counts found" in printed:
        return 0
    [found] = re.findall(r"Samples: (\d+) ", printed)
    return int(found)


@WAYS.runs("switch-service", "grep ")
def what_the_view_uses(stage: Stage, command: str) -> None:
    shares = stage.run(command.replace("FILE", "parcels/views.py"))
    apart = stage.run(command.replace("FILE", "routes/tours.py"))

    assert "from parcels.models import Parcel" in shares
    assert "from django.contrib.auth.decorators import login_required" in shares
    assert [line.split(":")[1] for line in apart.splitlines()] == [
        "from math import dist",
        "from random import Random",
    ]
    inside = stage.run(command.replace("FILE", "tracking/apps.py"))
    assert "        from parcels.models import Event" in inside


@WAYS.runs("switch-service", "for n in")
def what_a_call_costs(stage: Stage, command: str) -> None:
    server = stage.serve()

    lines = stage.run(command.replace("URL", f"{server.url}/health/")).splitlines()

    assert len(lines) == 5
    assert all(float(line) > 0 for line in lines)


MODEL = """
import time

weights = len(b"x" * 100_000_000) and b"x" * 40_000_000


def predict():
    time.sleep(0.03)
"""


@WAYS.runs("model-size", "python -c ")
def how_large_a_copy_is(stage: Stage, command: str) -> None:
    (stage.folder / "model.py").write_text(MODEL)

    with_model = memory(stage.run(command.replace("LOAD", "import model"), cwd=stage.folder))
    without = memory(stage.run(command.replace("LOAD", "pass"), cwd=stage.folder))

    assert 38_000 < with_model["VmRSS"] - without["VmRSS"] < 60_000
    assert with_model["VmHWM"] - with_model["VmRSS"] > 30_000


def memory(printed: str) -> dict[str, int]:
    return {name: int(kb) for name, kb in re.findall(r"^(\w+):\s+(\d+) kB$", printed, re.MULTILINE)}


@WAYS.runs("model-size", "python -m timeit")
def how_long_a_run_takes(stage: Stage, command: str) -> None:
    (stage.folder / "model.py").write_text(MODEL)
    command = command.replace("LOAD", "import model").replace("RUN", "model.predict()")

    found = re.fullmatch(
        r"5 loops, best of 3: ([\d.]+) msec per loop\n", stage.run(command, cwd=stage.folder)
    )

    assert found
    assert float(found[1]) >= 30
