"""Ways to run the commands behind the door "Something is slow, times out or falls over"."""

import os
import re
import shutil
import signal
import sys
import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import psycopg
import pytest

from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import Server, get_status

from .stage import (
    APP,
    CLERK,
    COMPUTES,
    DEADLINE_S,
    FOR_MINUTES,
    Stage,
    Ways,
    busy,
    load_desk,
    logged,
    main_thread,
    py_spy,
    samples,
    thread_with,
    workers,
)

WAYS = Ways()

# Django ---------------------------------------------------------------------------------------


@WAYS.runs("slow", "for n in")
def a_request_alone(stage: Stage, command: str) -> None:
    server = stage.serve()

    lines = stage.run(command.replace("URL", f"{server.url}/health/")).splitlines()

    assert len(lines) == 5
    for line in lines:
        status, first, whole = line.split()
        assert status == "200"
        assert 0 < float(first) <= float(whole)


@WAYS.runs("slow", "seq 60")
def requests_in_company(stage: Stage, command: str) -> None:
    server = stage.serve(CARRIER_LATENCY_MS="20")

    lines = stage.run(command.replace("URL", f"{server.url}/rates/one/")).splitlines()

    assert [line.split()[0] for line in lines] == ["200"] * 5
    seconds = [float(line.split()[1]) for line in lines]
    assert seconds == sorted(seconds)
    assert seconds[0] >= 0.02
    nobody = stage.run(command.replace("URL", f"http://127.0.0.1:{free_port()}/"))
    assert {line.split()[0] for line in nobody.splitlines()} == {"000"}


# Memory ---------------------------------------------------------------------------------------

BALLAST = 100_000_000
HEAVY = f"from config.wsgi import application\n\nballast = b'x' * {BALLAST}\n"


@WAYS.runs("what-fills-memory", "for p in")
def what_each_process_holds(stage: Stage, command: str) -> None:
    (stage.folder / "heavy.py").write_text(HEAVY)
    light = stage.serve(WORKERS="2")
    heavy = stage.serve(WORKERS="2", APP="heavy:application", PYTHONPATH=str(stage.folder))

    usual = sizes(stage.run(command))
    large = sizes(stage.run(command.replace("config.wsgi", "heavy:application")))

    assert {light.process.pid, *workers(light)} <= set(usual)
    assert {heavy.process.pid, *workers(heavy)} <= set(large)
    for pid in workers(heavy):
        assert large[pid] >= min(usual[worker] for worker in workers(light)) + 60
        assert large[pid] >= BALLAST / 2**20
    one, other = (large[pid] for pid in workers(heavy))
    assert abs(one - other) < 50, "alike"


def sizes(printed: str) -> dict[int, int]:
    """Return the MB of each process."""
    return {
        int(pid): int(size) for pid, size in re.findall(r"^(\d+) (\d+) MB$", printed, re.MULTILINE)
    }


@WAYS.runs("what-fills-memory", "ls ")
def how_many_threads(stage: Stage, command: str) -> None:
    asgi, wsgi = stage.serve("uvicorn", **FOR_MINUTES), stage.serve(**FOR_MINUTES)
    of_asgi = command.replace("PID", str(asgi.process.pid))
    of_wsgi = command.replace("PID", str(workers(wsgi)[0]))
    at_rest = int(stage.run(of_asgi))

    stage.hold(asgi, "/rates/one/", count=12)
    stage.run_until(of_asgi, f"^{at_rest + 12}$")
    stage.hold(wsgi, "/rates/one/", count=12)
    stage.run_until(of_wsgi, "^5$")  # the four that it was given, and the first one


@WAYS.runs("what-fills-memory", "grep ")
def who_was_killed(stage: Stage, command: str) -> None:
    log = stage.folder / "gunicorn.log"
    search = command.replace("gunicorn.log", str(log))
    server = stage.serve(GUNICORN_CMD_ARGS=f"--error-logfile {log} --timeout 2")

    [worker] = workers(server)
    os.kill(worker, signal.SIGKILL)
    printed = stage.run_until(search, rf"Worker \(pid:{worker}\) was sent SIGKILL!")
    assert "SIGKILL! Perhaps out of memory?" in printed
    assert f"WORKER TIMEOUT (pid:{worker})" not in printed

    [other] = another(server, worker)
    os.kill(other, signal.SIGSTOP)  # it hangs where no signal can end it but one
    printed = stage.run_until(search, rf"Worker \(pid:{other}\) was sent SIGKILL!")
    assert f"WORKER TIMEOUT (pid:{other})" in printed

    [third] = another(server, other)
    os.kill(third, signal.SIGTERM)
    another(server, third)
    assert f"Worker (pid:{third})" not in stage.run(search)


def another(server: Server, gone: int) -> list[int]:
    """Return the worker that takes the place of one that is gone, as soon as it answers."""
    server.process.wait_until(
        lambda: (
            bool(workers(server))
            and gone not in workers(server)
            and get_status(server.port, "/health/", DEADLINE_S) == 200
        ),
        deadline_s=DEADLINE_S,
    )
    return workers(server)


# A slow view ----------------------------------------------------------------------------------


@WAYS.runs("who-waits", "py-spy record")
def what_the_view_does(stage: Stage, command: str) -> None:
    server = stage.serve(**FOR_MINUTES)
    stage.hold(server, "/rates/one/", count=3)
    [worker] = workers(server)
    stage.run_until(py_spy("py-spy dump --pid PID", worker), r"get_quote \(rates/carriers.py")

    printed = stage.run(py_spy(command, worker), cwd=stage.folder)

    file = stage.folder / "slow.svg"
    assert "Wrote flamegraph" in printed
    found = samples(file)
    assert found["one_carrier (rates/views.py)"] > 100
    assert found["get_quote (rates/carriers.py)"] == found["one_carrier (rates/views.py)"]
    text = file.read_text()
    assert depth(text, "one_carrier ") < depth(text, "get_quote "), "its bar is below the view's"
    stage.run(py_spy(command.replace("--idle ", ""), worker), cwd=stage.folder)
    without = samples(file).get("get_quote (rates/carriers.py)", 0)
    assert without < found["get_quote (rates/carriers.py)"], "waits are there for --idle"


def depth(flame_graph: str, name: str) -> float:
    """Return how far down the bar of a function is in the file that py-spy has written."""
    [bar] = re.findall(rf'<title>{name}.*?<rect x="[^"]*" y="([\d.]+)"', flame_graph)
    return float(bar)


URLS = """
import os
import zlib

from config.health import health
from django.http import HttpResponse
from django.urls import path
from parcels.models import Parcel
from rates.carriers import get_quote


def loop(request):
    return HttpResponse(", ".join(parcel.customer.name for parcel in Parcel.objects.all()[:20]))


def one_after_the_other(request):
    first = get_quote("postal", weight_g=1000, country="DE")
    second = get_quote("postal", weight_g=2000, country="DE")
    return HttpResponse(f"{first} {second}")


NOISE = os.urandom(10_000_000)


def packed(request):
    return HttpResponse(len(zlib.compress(NOISE)))


urlpatterns = [
    path("health/", health),
    path("loop/", loop),
    path("packed/", packed),
    path("two/", one_after_the_other),
]
"""


@WAYS.runs("where-time", "python manage.py shell")
def how_long_the_queries_take(stage: Stage, command: str) -> None:
    stage.desk()
    command = command.replace("USER", CLERK)
    says = re.compile(r"(\d+) (\d+) queries (\d+\.\d{3}) of (\d+\.\d{3}) seconds\n")

    few = says.fullmatch(stage.run(command.replace("/ADDRESS/", "/desk/")))
    stage.project(URLS)
    many = says.fullmatch(stage.run(command.replace("/ADDRESS/", "/loop/")))
    none = says.match(stage.run(command.replace("/ADDRESS/", "/nowhere/")))

    assert few
    assert few.group(1, 2) == ("200", "4"), "the session, the clerk, parcels and their events"
    assert many
    assert many.group(1, 2) == ("200", "21")
    assert none
    assert none.group(1, 2, 3) == ("404", "0", "0.000")
    for found in few, many:
        assert 0 <= float(found[3]) <= float(found[4])


@WAYS.runs("where-time", "cpu() {")
def how_much_of_it_is_cpu(stage: Stage, command: str) -> None:
    server = stage.serve(CARRIER_LATENCY_MS="100")
    [worker] = workers(server)
    before = psutil.Process(worker).cpu_times()
    computed, of_computed = of_seconds(stage, command, worker, f"{server.url}{COMPUTES}")
    after = psutil.Process(worker).cpu_times()
    waited, of_waited = of_seconds(stage, command, worker, f"{server.url}/rates/one/")

    truth = after.user + after.system - before.user - before.system
    assert abs(computed - truth) < 0.05
    assert of_waited >= 10 * 0.1
    assert waited / of_waited < computed / of_computed / 2
    parent, _ = of_seconds(stage, command, server.process.pid, f"{server.url}{COMPUTES}")
    assert parent < computed / 4, "PID must be the worker's"


def of_seconds(stage: Stage, command: str, pid: int, url: str) -> tuple[float, float]:
    printed = stage.run(command.replace("PID", str(pid)).replace("URL", url))
    found = re.fullmatch(r"(\S+) of (\S+) seconds\n", printed)
    assert found, printed
    return float(found[1]), float(found[2])


@WAYS.runs("wait-for-what", "py-spy dump")
def what_the_workers_wait_for(stage: Stage, command: str) -> None:
    url = stage.database()
    locked = psycopg.connect(url)
    stage.leaving.callback(locked.close)
    locked.execute("CREATE TABLE parcels_parcel ()")
    locked.commit()
    locked.execute("LOCK TABLE parcels_parcel")
    carriers = f"http://127.0.0.1:{stage.silence().getsockname()[1]}"
    server = stage.serve(DATABASE_URL=url, CARRIERS_URL=carriers, CARRIER_TIMEOUT_S="120")

    dump = py_spy(command, workers(server)[0])
    stage.hold(server, "/api/parcels/")
    waiting = thread_with(stage.run_until(dump, "parcel_list"), "parcel_list")
    assert "psycopg" in "".join(waiting.splitlines()[1:4])
    assert "httpx" not in waiting
    stage.hold(server, "/rates/one/", count=3)
    waiting = thread_with(stage.run_until(dump, "httpx"), "httpx")
    assert "one_carrier" in waiting
    assert "psycopg" not in waiting


@WAYS.runs("where-time", "py-spy dump")
def what_the_view_waits_for(stage: Stage, command: str) -> None:
    what_the_workers_wait_for(stage, command)
    ask = f"import redis; redis.Redis(port={stage.silence().getsockname()[1]}).get('x')"
    with Process.start([sys.executable, "-c", ask], name="asks the cache") as asking:
        stage.run_until(py_spy(command, asking.pid), r"redis/")


# Queries --------------------------------------------------------------------------------------


@WAYS.runs("which-queries", "python manage.py shell -v 0")
def which_query_repeats(stage: Stage, command: str) -> None:
    stage.desk()
    command = command.replace("USER", CLERK)

    first, *queries = stage.run(command.replace("/ADDRESS/", "/desk/")).splitlines()
    assert first == "200 4 queries"
    assert [query.split()[0] for query in queries] == ["1"] * 3

    stage.project(URLS)
    first, *queries = stage.run(command.replace("/ADDRESS/", "/loop/")).splitlines()
    assert first == "200 21 queries"
    assert queries[0].startswith('20 SELECT "parcels_customer"')
    assert queries[1].startswith('1 SELECT "parcels_parcel"')


@WAYS.runs("which-queries", 'python manage.py shell -c "print')
def the_plan_of_a_query(stage: Stage, command: str) -> None:
    load_desk(url := stage.database(), parcels=500)
    stage.connect(url).execute("ANALYZE")

    slow = "Parcel.objects.filter(weight_g__gt=9000).order_by('weight_g')"
    printed = stage.run(command.replace("QUERYSET", slow))
    for sign in ("Seq Scan on parcels_parcel", "Rows Removed by Filter: ", "Sort  (", "Sort Key:"):
        assert sign in printed
    printed = stage.run(command.replace("QUERYSET", "Parcel.objects.newest()"))
    assert "Index Scan using parcel_newest" in printed
    assert "actual time=" in printed, "the query was run"
    assert "Seq Scan on parcels_parcel" not in printed
    assert "Rows Removed by Filter" not in printed


# The wheel's PostgreSQL has no extensions, so this stands in for the view of pg_stat_statements:
# columns that its documentation names. test_statements.py in tests/snippets asks the real one.
STATISTICS = """
CREATE TABLE pg_stat_statements (
    dbid oid, query text, calls bigint,
    total_exec_time double precision, mean_exec_time double precision
)
"""


@WAYS.runs("which-queries", "psql ")
def the_dearest_queries(stage: Stage, command: str) -> None:
    db = stage.connect(stage.database())
    assert 'relation "pg_stat_statements" does not exist' in stage.run(command)
    db.execute(STATISTICS)
    for query, calls, mean_ms in (
        ("SELECT 'seldom'", 3, 1.2),
        ("SELECT 'a loop'", 900_000, 0.4),
        ("SELECT 'a plan'", 50, 812.4),
    ):
        values = [query, calls, calls * mean_ms, mean_ms]
        db.execute("INSERT INTO pg_stat_statements VALUES (0, %s, %s, %s, %s)", values)

    rows = [row.split("|") for row in stage.run(command).splitlines() if " SELECT " in row]

    assert [[cell.strip() for cell in row] for row in rows] == [
        ["900000", "0", "SELECT 'a loop'"],
        ["50", "812", "SELECT 'a plan'"],
        ["3", "1", "SELECT 'seldom'"],
    ]


# Work and calls -------------------------------------------------------------------------------


@WAYS.runs("which-work", "py-spy record")
def which_functions_use_the_cpu(stage: Stage, command: str) -> None:
    server = stage.serve(**FOR_MINUTES)
    stage.hold(server, "/rates/one/", count=2)
    with busy(server, COMPUTES):
        found = recorded(stage, command, server)
    mine = {name: count for name, count in found.items() if "(routes/tours.py)" in name}
    assert max(mine, key=lambda name: mine[name]) == "plan (routes/tours.py)"
    assert mine["two_opt (routes/tours.py)"] > mine["plan (routes/tours.py)"] / 2
    assert "get_quote (rates/carriers.py)" not in found, "it only waits"

    server = stage.serve(**stage.project(URLS))
    with busy(server, "/packed/"):
        with_gil = recorded(stage, command, server)
        without = recorded(stage, command.replace("--gil ", ""), server)
    packed = "packed (these_urls.py)"
    assert with_gil.get(packed, 0) < without[packed] / 3, "zlib lets go of the GIL"


def recorded(stage: Stage, command: str, server: Server) -> dict[str, int]:
    stage.run(py_spy(command, workers(server)[0]), cwd=stage.folder)
    return samples(stage.folder / "cpu.svg")


@WAYS.runs("which-work", "awk '{print $7}'")
@WAYS.runs("cpu-limit", "awk '{print $7}'")
def which_addresses(stage: Stage, command: str) -> None:
    folder = logged(stage, {"GET /health/": 5, "GET /rates/table/": 2})

    lines = stage.run(command, cwd=folder).splitlines()

    assert [line.split() for line in lines] == [["5", "/health/"], ["2", "/rates/table/"]]


CALLS = {
    "shop/views.py": "requests.get(url)\nhttpx.post(url)\nurlopen(url)\nself.session.get('cart')\n",
    "shop/stock.py": "http.get(url)\nclient.post(url)\n",
    "shop/tests/orders.py": "client.get('/orders/')\n",
    "shop/test_stock.py": "client.get('/stock/')\n",
    "venv/lib/python3.14/site-packages/requests/api.py": "requests.get(url)\n",
}


@WAYS.runs("which-calls", "grep ")
def which_calls_there_are(stage: Stage, command: str) -> None:
    for name, lines in CALLS.items():
        file = stage.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(lines)

    found = stage.run(command, cwd=stage.folder).splitlines()

    assert sorted(found) == [
        "./shop/stock.py:1:http.get(url)",
        "./shop/stock.py:2:client.post(url)",
        "./shop/views.py:1:requests.get(url)",
        "./shop/views.py:2:httpx.post(url)",
        "./shop/views.py:3:urlopen(url)",
    ]
    files = {line.split(":")[0] for line in stage.run(command).splitlines()}
    assert {"./rates/carriers.py", "./scanning/relay.py"} <= files
    assert stage.run(command, cwd=APP / "parcels") == ""


@WAYS.runs("which-calls", "py-spy dump")
def which_lines_call(stage: Stage, command: str) -> None:
    server = stage.serve(CARRIER_LATENCY_MS="300", **stage.project(URLS))
    dump = py_spy(command, workers(server)[0])
    with busy(server, "/two/"):
        seen: set[str] = set()
        deadline = time.monotonic() + DEADLINE_S
        while len(seen) < 2:
            assert time.monotonic() < deadline, f"only {seen} of two lines"
            seen |= set(re.findall(r"one_after_the_other \(\S+:(\d+)\)", stage.run(dump)))
    calls = [n for n, line in enumerate(URLS.splitlines(), 1) if "= get_quote(" in line]
    assert seen == {str(number) for number in calls}

    server = stage.serve(CARRIER_LATENCY_MS="300")
    dump = py_spy(command, workers(server)[0])
    with busy(server, "/rates/five/sequence/"):
        looks = [stage.run_until(dump, r"five_sequence \(rates/views.py") for _ in range(4)]
    lines = {line for look in looks for line in re.findall(r"five_sequence \(\S+:(\d+)\)", look)}
    assert len(lines) == 1, "a loop stands in a single line, too"


# Under load -----------------------------------------------------------------------------------


@WAYS.runs("slow-load", "ps ")
def which_server(stage: Stage, command: str) -> None:
    wsgi, asgi = stage.serve(), stage.serve("uvicorn")

    lines = stage.run(command).splitlines()

    found = next(line for line in lines if f":{wsgi.port}" in line)
    assert "config.wsgi:application" in found
    assert "--worker-class gthread" in found
    found = next(line for line in lines if f"--port {asgi.port}" in line)
    assert "config.asgi:application" in found


@WAYS.runs("slow-load", "grep ")
def which_views_are_async(stage: Stage, command: str) -> None:
    found = stage.run(command).splitlines()

    assert any(re.match(r"\./rates/views\.py:\d+:async def one_carrier_async", f) for f in found)
    assert stage.run(command, cwd=APP / "parcels" / "migrations") == ""


@WAYS.runs("event-loop", "PYTHONASYNCIODEBUG=1 ")
def asyncio_complains(stage: Stage, command: str) -> None:
    port = free_port()
    env = stage.environment | {"CARRIER_LATENCY_MS": "1500"}
    started = ["sh", "-c", "exec env " + command.replace("PORT", str(port))]
    says_so = re.compile(r"Executing <Task .* took 1\.[5-9]\d* seconds")
    with Process.start(started, name="uvicorn", cwd=APP, env=env) as server:
        server.wait_until(lambda: get_status(port, "/health/", 5) == 200, deadline_s=DEADLINE_S)
        httpx.get(f"http://127.0.0.1:{port}/rates/one/async/")
        assert not says_so.search(server.log), "nothing blocked yet"
        httpx.get(f"http://127.0.0.1:{port}/rates/one/blocking/")
        server.wait_until(lambda: says_so.search(server.log) is not None, deadline_s=DEADLINE_S)


@WAYS.runs("event-loop", "py-spy dump")
def what_the_loop_does(stage: Stage, command: str) -> None:
    server = stage.serve("uvicorn", **FOR_MINUTES)
    dump = py_spy(command, server.process.pid)

    assert "run (asyncio/runners.py" in main_thread(stage.run(dump))
    assert "get_quote" not in main_thread(stage.run(dump))
    stage.hold(server, "/rates/one/blocking/")
    printed = stage.run_until(dump, r"get_quote \(rates/carriers.py")
    assert "get_quote" in main_thread(printed).splitlines()[1]


@WAYS.runs("event-loop", "psql ")
@WAYS.runs("wait-for-what", "psql ")
def what_connections_do(stage: Stage, command: str) -> None:
    url = stage.database()
    for _ in range(2):
        stage.connect(url).execute("BEGIN")
    stage.connect(url)

    printed = stage.run_until(command, r"^ idle +\| +1$")

    assert re.search(r"^ idle in transaction +\| +2$", printed, re.MULTILINE)
    assert re.search(r"^ active +\| +1$", printed, re.MULTILINE), "psql's own"


@WAYS.runs("gevent-fit", "python -c ")
def which_drivers(stage: Stage, command: str) -> None:
    names = set(stage.run(command).split())

    assert {"gevent", "psycopg", "psycopg-binary"} <= names
    assert "Django" not in names


@WAYS.runs("gevent-fit", "psql ")
def whose_connections(stage: Stage, command: str) -> None:
    url = stage.database()
    for _ in range(3):
        stage.connect(url, "desk")

    stage.run_until(command, r"^ desk +\| idle +\| +3$")


@WAYS.runs("used-up", "top ")
@WAYS.runs("cpu-limit", "nproc; top ")
def what_the_cores_do(stage: Stage, command: str) -> None:
    server = stage.serve()
    with busy(server, "/routes/plan/"):
        printed = stage.run(command)

    assert re.search(r"^%Cpu\(s\):.* id,", printed, re.MULTILINE)
    assert "%CPU" in printed
    [worker] = workers(server)
    used = re.search(rf"^ *{worker} .* [RSD] +([\d.]+) ", printed, re.MULTILINE)
    assert used, f"the busy worker {worker} is not in:\n{printed}"
    assert float(used[1]) > 0
    if command.startswith("nproc"):
        assert int(printed.splitlines()[0]) >= 1


@WAYS.runs("used-up", "psql ")
def who_waits_for_a_lock(stage: Stage, command: str) -> None:
    url = stage.database()
    stage.connect(url).execute("SELECT pg_advisory_lock(1)")
    waits = stage.connect(url)
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(waits.execute, "SELECT pg_advisory_lock(1)")
        try:
            stage.run_until(command, r"^ active +\| Lock +\| +1$")
        finally:
            waits.cancel()
        assert isinstance(waiting.exception(DEADLINE_S), psycopg.errors.QueryCanceled)


@WAYS.runs("used-up", "py-spy dump")
def what_the_workers_do(stage: Stage, command: str) -> None:
    server = stage.serve(**FOR_MINUTES)
    httpx.get(f"{server.url}/health/")  # threads are started when they are needed
    [worker] = workers(server)
    dump = py_spy(command, worker)

    assert "_worker (concurrent/futures/thread.py" in stage.run(dump)
    stage.hold(server, "/rates/one/", count=4)
    deadline = time.monotonic() + DEADLINE_S
    while (busy_threads := stage.run(dump).count("get_quote (rates/carriers.py")) < 4:
        assert time.monotonic() < deadline, f"{busy_threads} of 4 threads stand in the view"


@WAYS.runs("cpu-limit", "free ")
def how_much_memory(stage: Stage, command: str) -> None:
    head, memory, *_ = stage.run(command).splitlines()

    assert head.split()[-1] == "available"
    assert int(memory.split()[-1]) > 0


@WAYS.runs("gil-off", "python -c ")
def which_packages_are_compiled(stage: Stage, command: str) -> None:
    names = stage.run(command).split()

    assert {"granian", "psycopg-binary", "uvloop"} <= set(names)
    assert not {"Django", "gunicorn", "uvicorn"} & set(names)


@WAYS.runs("gil-off", "python3.14t ")
def whether_the_project_loads_without_the_gil(stage: Stage, command: str) -> None:
    if shutil.which("python3.14t") is None:
        pytest.skip("python3.14t is not on the PATH; uv python install 3.14t")
    stage.environment["PYTHONPATH"] = sysconfig.get_path("purelib")

    assert "System check identified no issues" in stage.run(command)


@WAYS.runs("gil-off", "grep ")
def what_threads_share(stage: Stage, command: str) -> None:
    found = stage.run(command)

    assert re.search(r"^\./rates/clients\.py:\d+:_open: ", found, re.MULTILINE)
    assert "./rates/views.py" not in found


@WAYS.runs("in-progress", "awk '{print $4}'")
def the_busiest_seconds(stage: Stage, command: str) -> None:
    folder = logged(stage, {"GET /health/": 7})

    lines = stage.run(command, cwd=folder).splitlines()

    assert all(re.fullmatch(r" *\d+ \[\d\d/\w{3}/\d{4}(:\d\d){3}", line) for line in lines)
    counts = [int(line.split()[0]) for line in lines]
    assert counts == sorted(counts, reverse=True)
    assert 3 <= sum(counts) <= 7, "up to three seconds are shown"


@WAYS.runs("in-progress", "ss ")
def connections_now(stage: Stage, command: str) -> None:
    server = stage.serve(**FOR_MINUTES)
    ask = command.replace("PORT", str(server.port))

    stage.run_until(ask, "^0$")
    stage.hold(server, "/rates/one/", count=3)
    stage.run_until(ask, "^3$")


@WAYS.runs("in-progress", "grep ")
def which_calls_have_no_time_out(stage: Stage, command: str) -> None:
    calls = "requests.get(url)\nhttpx.post(url, timeout=2)\nurlopen(url)\nclient.get(url)\n"
    (stage.folder / "calls.py").write_text(calls)

    found = stage.run(command, cwd=stage.folder).splitlines()

    assert found == ["./calls.py:1:requests.get(url)", "./calls.py:3:urlopen(url)"]
    assert stage.run(command) == "", "the example app gives each call a time-out"
