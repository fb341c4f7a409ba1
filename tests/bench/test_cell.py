import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from crossroads.bench import cell as cell_module
from crossroads.bench.cell import FEWEST_REQUESTS, Setting, measure, server_environment
from crossroads.bench.generator import Generator
from crossroads.bench.profiles import PROFILES, cell
from crossroads.bench.servers import SERVERS
from crossroads.bench.workloads import WAIT_MS, WORKLOADS

SHORT = replace(PROFILES["quick"], window_s=0.5, warmup_s=0.1, stall_window_s=1.5)
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


def test_middleware_is_on_unless_the_workload_says_so(checkout: Path) -> None:
    with_it = server_environment(WORKLOADS["json-middleware"], checkout, None)
    without = server_environment(WORKLOADS["json"], checkout, None)

    assert "BENCH_NO_MIDDLEWARE" not in with_it
    assert without["BENCH_NO_MIDDLEWARE"] == "1"


def test_an_open_loop_on_a_stalling_server_shows_the_stalls(setting: Setting) -> None:
    row = measure(cell("stall", "uvicorn", "async", rate=100.0), 1, setting)

    assert row.figures is not None
    # The event loop is blocked for 400 ms of every second: two fifths of what falls due.
    assert row.figures.latency_ms["0.9"] > 100


def test_without_postgresql_the_reason_is_on_the_row(setting: Setting) -> None:
    gone = replace(setting, database_problem="initdb was not found")
    row = measure(cell("orm-list", "gunicorn-gthread"), 1, gone)

    assert row.figures is None
    assert row.reason == "no PostgreSQL: initdb was not found"


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
