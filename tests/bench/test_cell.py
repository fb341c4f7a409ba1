import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from crossroads.bench import cell as cell_module
from crossroads.bench.beside import Beside, beside
from crossroads.bench.cell import (
    FEWEST_REQUESTS,
    Setting,
    measure,
    server_environment,
    window_s,
)
from crossroads.bench.generator import Generator
from crossroads.bench.load import LoadResult, LoadSpec
from crossroads.bench.profiles import PROFILES, Profile, cell
from crossroads.bench.servers import SERVERS
from crossroads.bench.workloads import WAIT_MS, WORKLOADS
from crossroads.measurements.machine import usable_cores
from crossroads.measurements.model import Cell
from crossroads.services.process import Process, can_pin
from crossroads.services.server import Server

SHORT = replace(PROFILES["quick"], window_s=0.5, warmup_s=0.1, stall_window_s=1.5)
PATIENT = replace(SHORT, window_s=3.0)
"""For cells that answer few times in a second, fewer on cores that other tests use too."""
DEADLINE_S = 20.0
MANY = 8

type Servers = Callable[[Path], list[psutil.Process]]


@pytest.fixture
def setting(checkout: Path, generator: Generator) -> Setting:
    return Setting(root=checkout, profile=SHORT, generator=generator)


@pytest.mark.parametrize("server", SERVERS)
def test_every_server_gives_figures_of_the_json_view(server: str, setting: Setting) -> None:
    spec = SERVERS[server]
    row = measure(cell("json", server, spec.views[-1]), 1, setting)

    assert row.reason is None
    assert row.figures is not None
    assert row.figures.requests >= FEWEST_REQUESTS
    assert row.figures.cpu_ms > 0
    assert row.figures.pss_mb > 10
    assert row.figures.threads >= 1
    assert row.process["interface"] == spec.interface
    assert row.process["gil"] == "on"


def test_threads_divided_by_wait_bound_the_rate_of_a_thread_pool(setting: Setting) -> None:
    long = replace(setting, profile=replace(SHORT, window_s=1.5, warmup_s=0.3))
    row = measure(cell("wait", "gunicorn-gthread", clients=16, threads=4), 1, long)

    assert row.figures is not None
    # Four threads that wait 100 ms answer at most 40 requests per second.
    most = 4 * 1000 / WAIT_MS
    assert 0.75 * most <= row.figures.rate <= 1.02 * most


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_theory_allows_every_waiting_cell_enough_requests(profile: Profile) -> None:
    waiting = [one for one in profile.cells if WORKLOADS[one.workload].wait_s]

    assert {one.load.clients for one in waiting} >= {1, 8, 32}
    for one in waiting:
        served = 1 if one.server == "gunicorn-sync" else one.threads or MANY
        at_once = min(one.load.clients or 1, served)
        assert window_s(one, profile) * at_once * 1000 / WAIT_MS > FEWEST_REQUESTS


@pytest.mark.parametrize("server", ["gunicorn-gthread", "uvicorn"])
def test_one_client_that_waits_has_figures_and_waits_that_long(
    server: str, setting: Setting
) -> None:
    long = replace(setting, profile=PATIENT)
    row = measure(cell("wait", server, SERVERS[server].views[-1], clients=1), 1, long)

    assert row.reason is None
    assert row.figures is not None
    assert row.figures.requests >= FEWEST_REQUESTS
    # One client that never pauses: its requests per second are one through its latency.
    assert 1000 / row.figures.rate >= 0.99 * WAIT_MS


@pytest.mark.skipif(
    not can_pin() or usable_cores() < 2, reason="a choice of cores needs Linux and two of them"
)
@pytest.mark.parametrize(
    ("workload", "workers", "everywhere"),
    [("cpu", 1, False), ("cpu", 2, True), ("cpu-cores", 1, True), ("cpu-cores", 4, True)],
)
def test_only_a_server_that_is_to_use_more_cores_than_its_own_is_left_on_all(  # noqa: PLR0913, PLR0917
    workload: str,
    workers: int,
    everywhere: bool,  # noqa: FBT001 (a parameter of the test)
    setting: Setting,
    checkout: Path,
    processes_of: Servers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second, *_ = sorted(os.sched_getaffinity(0))
    cores: list[list[int]] = []
    run = setting.generator.run

    def run_and_look(spec: LoadSpec, **edges: Callable[[], None]) -> LoadResult:
        cores.extend(one.cpu_affinity() for one in processes_of(checkout))
        return run(spec, **edges)

    monkeypatch.setattr(setting.generator, "run", run_and_look)
    pinned = replace(setting, profile=PATIENT, server_cpus=(first,), other_cpus=(second,))
    row = measure(replace(computing(workers), workload=workload), 1, pinned)

    assert row.reason is None
    assert row.unpinned is everywhere
    # The master and its workers; the guard beside them stays where we are.
    assert cores.count([first, second] if everywhere else [first]) >= 1 + workers


def test_a_single_core_cannot_show_what_a_second_gives(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_module, "usable_cores", lambda: 1)
    row = measure(replace(computing(1), workload="cpu-cores"), 1, setting)

    assert row.figures is None
    assert str(row.reason) == "the server needs 2 cores: 1 can be used here"


def computing(workers: int) -> Cell:
    return cell("cpu", "gunicorn-gthread", clients=8, threads=1, workers=workers)


def test_more_workers_than_cores_is_a_failed_row_that_says_so(setting: Setting) -> None:
    here = usable_cores()
    row = measure(computing(here + 1), 1, setting)

    assert row.figures is None
    assert row.reason == f"the server needs {here + 1} cores: {here} can be used here"
    assert not row.unpinned


@pytest.mark.skipif(
    not can_pin() or usable_cores() < 2, reason="a choice of cores needs Linux and two of them"
)
def test_postgresql_has_the_cores_of_the_workload_and_gets_the_others_back(
    setting: Setting, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cores = tuple(sorted(os.sched_getaffinity(0)))
    run = setting.generator.run
    seen: list[list[int]] = []

    def run_and_look(spec: LoadSpec, **edges: Callable[[], None]) -> LoadResult:
        seen.extend(of_postgresql())
        return run(spec, **edges)

    monkeypatch.setattr(setting.generator, "run", run_and_look)
    with beside(checkout, {"postgres"}) as services:

        def of_postgresql() -> list[list[int]]:
            tree = (one for p in services["postgres"].processes for one in p.tree())
            return [one.cpu_affinity() for one in tree]

        pinned = replace(setting, other_cpus=cores, beside=services)
        row = measure(cell("report", "gunicorn-gthread", clients=2, threads=2), 1, pinned)

        assert row.reason is None
        # Also the backend of the first request, which began meanwhile.
        assert len(seen) > 1
        assert {tuple(one) for one in seen} == {cores[-1:]}
        assert {tuple(one) for one in of_postgresql()} == {cores}


def test_a_database_that_is_not_ours_cannot_be_kept_on_a_core(setting: Setting) -> None:
    theirs = replace(setting, beside={"postgres": Beside(env={"DATABASE_URL": "postgresql://db"})})
    row = measure(cell("report", "gunicorn-gthread", clients=2, threads=2), 1, theirs)

    assert row.reason == "PostgreSQL cannot be kept on 1 of the cores: it is not ours"


@pytest.mark.usefixtures("pgbouncer_program")
def test_a_list_through_pgbouncer_is_measured_like_another(
    setting: Setting, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with beside(checkout, {"pgbouncer"}) as services:
        bounced = replace(setting, beside=services)
        row = measure(cell("orm-list-pgbouncer", "uvicorn", "sync"), 1, bounced)

    assert row.reason is None
    assert row.figures is not None
    assert row.figures.beside_cpu_ms > 0


@pytest.mark.parametrize("how", ["connect", "keep", "pgbouncer", "pgbouncer-keep"])
def test_only_the_workload_with_a_pool_has_one(how: str, checkout: Path) -> None:
    pooled = server_environment(WORKLOADS["orm-list"], checkout, {})
    other = server_environment(WORKLOADS[f"orm-list-{how}"], checkout, {})

    assert pooled["DATABASE_POOL"] == "8"
    assert other["DATABASE_POOL"] == ""
    assert other["DATABASE_CONN_MAX_AGE"] == ("60" if how.endswith("keep") else "0")


def test_load_waits_for_workers_that_are_still_loading() -> None:
    loading = """
import time
while time.process_time() < 1:
    pass
print("loaded", flush=True)
time.sleep(60)
"""
    with Process.start([sys.executable, "-c", loading], name="workers") as process:
        cell_module._await_workers(Server(process, 0), 2)

        assert process.log == "loaded\n"


def test_middleware_is_on_unless_the_workload_says_so(checkout: Path) -> None:
    with_it = server_environment(WORKLOADS["json-middleware"], checkout, {})
    without = server_environment(WORKLOADS["json"], checkout, {})

    assert "BENCH_NO_MIDDLEWARE" not in with_it
    assert without["BENCH_NO_MIDDLEWARE"] == "1"


def test_an_open_loop_on_a_stalling_server_shows_the_stalls(setting: Setting) -> None:
    row = measure(cell("stall", "uvicorn", "async", rate=100.0), 1, setting)

    assert row.figures is not None
    # The event loop is blocked for 400 ms of every second: two fifths of what falls due.
    assert row.figures.latency_ms["0.9"] > 100


def test_without_postgresql_the_reason_is_on_the_row(setting: Setting) -> None:
    gone = replace(setting, beside={"postgres": Beside(problem="initdb was not found")})
    row = measure(cell("orm-list", "gunicorn-gthread"), 1, gone)

    assert row.figures is None
    assert row.reason == "no PostgreSQL: initdb was not found"


def test_a_cell_with_every_service_beside_it_gives_figures(setting: Setting) -> None:
    with beside(setting.root, ["postgres", "valkey"]) as services:
        row = measure(
            cell("orm-list-cached", "gunicorn-gthread"), 1, replace(setting, beside=services)
        )

    assert row.reason is None
    assert all(service.processes for service in services.values())


def test_a_server_that_does_not_start_shows_its_log(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(SERVERS["uvicorn"], app="nowhere.app:application")
    monkeypatch.setattr(cell_module, "SERVERS", {"uvicorn": broken})
    row = measure(cell("json", "uvicorn", "async"), 1, setting)

    assert row.figures is None
    assert row.reason is not None
    assert "uvicorn" in row.reason
    assert "nowhere" in row.reason


def test_a_server_that_is_not_what_it_should_be_is_refused(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(SERVERS["uvicorn"], expects={"event_loop": "trio"})
    monkeypatch.setattr(cell_module, "SERVERS", {"uvicorn": other})
    row = measure(cell("json", "uvicorn", "async"), 1, setting)

    assert row.figures is None
    assert row.reason is not None
    assert "event_loop is uvloop" in row.reason


def test_a_path_that_does_not_answer_200_is_refused(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = replace(WORKLOADS["json"], sync_path="/nowhere/")
    monkeypatch.setattr(cell_module, "WORKLOADS", {"json": wrong})
    row = measure(cell("json", "gunicorn-gthread"), 1, setting)

    assert row.reason is not None
    assert "/nowhere/ answered 404" in row.reason


def test_a_generator_near_its_limit_makes_no_figure(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_module, "GENERATOR_LIMIT", 0.001)
    row = measure(cell("json", "gunicorn-gthread"), 1, setting)

    assert row.figures is None
    assert row.reason is not None
    assert "near its limit" in row.reason


def test_a_killed_server_is_a_failed_row_and_leaves_nothing(
    setting: Setting, checkout: Path, processes_of: Servers
) -> None:
    def kill_it_under_load() -> None:
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            for process in processes_of(checkout):
                # Many threads: sync views under ASGI are running.
                with suppress(psutil.NoSuchProcess):
                    if process.num_threads() > MANY:
                        process.send_signal(signal.SIGKILL)
                        return
            time.sleep(0.01)

    long = replace(setting, profile=replace(SHORT, window_s=3.0))
    killer = threading.Thread(target=kill_it_under_load)
    killer.start()
    row = measure(cell("json", "uvicorn", "sync"), 1, long)
    killer.join()

    assert row.figures is None
    assert row.reason == "the server died: uvicorn was killed by SIGKILL"
    assert processes_of(checkout) == []
