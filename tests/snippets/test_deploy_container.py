"""The container files hold together, and what they start runs: here as processes."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import psycopg
import pytest

from crossroads.services.nginx import Nginx
from crossroads.services.ports import free_port
from crossroads.services.postgres import Postgres
from crossroads.services.process import Process
from crossroads.services.valkey import Valkey

from .container_stage import Copy, read_compose, read_containerfile
from .deploy_stage import APP, BIN, DEADLINE_S, DEPLOY, ROOT, ask, wait_until

CONTAINERFILE, COMPOSE = DEPLOY / "Containerfile", DEPLOY / "compose.yml"
PAIR = DEPLOY / "nginx-pair.conf"
RUN = Path(__file__).with_name("container_stage.py")
VARIABLES = {
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "DJANGO_ALLOWED_HOSTS": "desk.example",
    "POSTGRES_PASSWORD": "quite-secret",
}

runs_image = pytest.mark.runs("deploy/Containerfile")
runs_compose = pytest.mark.runs("deploy/compose.yml")
runs_health = pytest.mark.runs("deploy/healthy.py")

STAGES = read_containerfile(CONTAINERFILE)
COMPOSED = read_compose(COMPOSE, VARIABLES)
SERVICES = COMPOSED["services"]
OURS = {name: given for name, given in SERVICES.items() if "build" in given}
DJANGO = {name for name, given in OURS.items() if given["build"]["target"] == "desk"}


def test_what_is_copied_into_an_image_is_there() -> None:
    for stage in STAGES.values():
        for copied in copies(stage.steps):
            assert copied.is_folder or len(copied.sources) == 1
            assert copied.stage in {"", *STAGES}
            if not copied.stage:
                assert all((ROOT / source).exists() for source in copied.sources)


def copies(steps: list[Copy | str]) -> list[Copy]:
    return [step for step in steps if isinstance(step, Copy)]


def test_nothing_of_django_runs_as_root() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", STAGES["desk"].user)
    assert all("user" not in SERVICES[name] for name in DJANGO)


def test_the_image_holds_no_secret() -> None:
    assert "DJANGO_SECRET_KEY" not in STAGES["desk"].env
    for name in VARIABLES:
        with pytest.raises(KeyError, match=name):
            read_compose(COMPOSE, without(name))


def without(name: str) -> dict[str, str]:
    return {known: value for known, value in VARIABLES.items() if known != name}


def test_every_variable_is_one_that_the_files_read() -> None:
    sources = [APP / "config" / "settings.py", *DEPLOY.glob("*.sh"), *DEPLOY.glob("*.py")]
    read = set(re.findall(r"[A-Z][A-Z_]+", " ".join(path.read_text() for path in sources)))
    given = STAGES["desk"].env | {n: v for name in DJANGO for n, v in env(name).items()}

    assert set(given) - read == {"PYTHONUNBUFFERED", "DATABASE_URL"}  # read by libraries
    assert set(env("proxy")) == set(re.findall(r"\$\{([A-Z_]+)\}", PAIR.read_text()))


def env(service: str) -> dict[str, str]:
    environment = SERVICES[service]["environment"]
    assert all(isinstance(value, str) for value in environment.values())
    return dict(environment)


def test_services_wait_only_for_what_can_be_so() -> None:
    for name, given in SERVICES.items():
        for other, how in given.get("depends_on", {}).items():
            match how["condition"]:
                case "service_healthy":
                    assert has_health_check(other), f"{name} waits for the health of {other}"
                case "service_completed_successfully":
                    assert SERVICES[other]["restart"] == "no"
                case unknown:
                    pytest.fail(unknown)


def has_health_check(service: str) -> bool:
    given = SERVICES[service]
    checked = given.get("healthcheck", {})
    image = STAGES[given["build"]["target"]].health if "build" in given else []
    return not checked.get("disable") and bool(checked.get("test") or image)


def test_each_key_is_one_of_a_compose_file() -> None:
    known = "build command depends_on environment healthcheck image ports restart stop_grace_period"
    for given in SERVICES.values():
        assert set(given) <= {*known.split(), "volumes"}
        for volume in given.get("volumes", []):
            assert volume.partition(":")[0] in COMPOSED["volumes"]
    for given in OURS.values():
        assert set(given["build"]) == {"context", "dockerfile", "target"}
        context = (DEPLOY / given["build"]["context"]).resolve()
        assert (context, context / given["build"]["dockerfile"]) == (ROOT, CONTAINERFILE)


def test_addresses_name_services_and_the_ports_that_they_listen_on() -> None:
    port = STAGES["desk"].env["PORT"]
    database = urlsplit(env("web")["DATABASE_URL"])
    postgres = env("database")

    assert (env("proxy")["WSGI"], env("proxy")["ASGI"]) == (f"web:{port}", f"async:{port}")
    assert SERVICES["proxy"]["ports"] == [f"8080:{env('proxy')['PORT']}"]
    assert (database.hostname, database.port) == ("database", 5432)
    assert database.username == postgres["POSTGRES_USER"]
    assert database.password == postgres["POSTGRES_PASSWORD"]
    assert database.path == f"/{postgres['POSTGRES_DB']}"
    assert urlsplit(env("web")["REDIS_URL"]).hostname in SERVICES
    assert STAGES["desk"].env["HOST"] == "0.0.0.0"  # noqa: S104 - inside a container


def test_who_stops_a_service_waits_longer_than_it_takes() -> None:
    (gunicorn,) = re.findall(
        r"\ngraceful_timeout = (\d+)", (DEPLOY / "gunicorn.conf.py").read_text()
    )

    assert seconds("web") > int(gunicorn)
    assert seconds("async") > int(env("async")["GRACE_S"])


def seconds(service: str) -> int:
    return int(SERVICES[service]["stop_grace_period"].removesuffix("s"))


def test_the_worker_is_the_one_that_a_unit_starts_elsewhere() -> None:
    unit = (DEPLOY.parent / "tasks" / "desk-jobs.service").read_text()
    (start,) = re.findall(r"^ExecStart=\S+/python (.+)$", unit, re.MULTILINE)

    command = SERVICES["worker"]["command"]
    assert command[0] == "python"
    assert shlex.split(start)[: len(command) - 1] == command[1:]


def test_the_pools_stay_below_what_the_database_allows() -> None:
    pools = int(env("web")["WORKERS"]) + 1 + 1  # web, async, worker

    assert pools * int(env("web")["DATABASE_POOL"]) < 100  # PostgreSQL's own default
    assert int(env("web")["THREADS"]) <= int(env("web")["DATABASE_POOL"])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with what the desk's image holds, built by its steps."""
    stage = STAGES["desk"]
    for step in stage.steps:
        if isinstance(step, Copy):
            for source in step.sources:
                place(tmp_path, ROOT / source, step)
        elif not step.startswith("pip install "):
            build(tmp_path, step)
    return tmp_path


def place(root: Path, source: Path, step: Copy) -> None:
    target = root / step.target.relative_to("/")
    if step.is_folder and source.is_file():
        target /= source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)


def build(root: Path, step: str) -> None:
    stage = STAGES["desk"]
    settings = {name: value.replace("/srv/", f"{root}/srv/") for name, value in stage.env.items()}
    subprocess.run(
        ["sh", "-c", step],
        cwd=root / stage.workdir.relative_to("/"),
        env=settings | {"PATH": path()},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def path() -> str:
    return f"{BIN}:{os.environ.get('PATH', os.defpath)}"


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """Give the URL of an empty database."""
    name = f"desk_composed_{os.getpid()}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Machine:
    """Where the services run as processes; their names lead to ports of this machine."""

    def __init__(self, root: Path, database: str, valkey: str, leaving: ExitStack) -> None:
        self.ports = {name: free_port() for name in ("web", "async")}
        self._root = root
        self._leaving = leaving
        self._instead = {
            env("web")["DATABASE_URL"]: database.replace("postgresql://", "postgres://"),
            env("web")["REDIS_URL"]: valkey,
            STAGES["desk"].env["HOST"]: "127.0.0.1",
        }

    def start(self, service: str, what: str = "command") -> Process:
        instead = self._instead
        if service in self.ports:
            instead = instead | {STAGES["desk"].env["PORT"]: str(self.ports[service])}
        command = [sys.executable, RUN, COMPOSE, CONTAINERFILE, service, what, self._root]
        settings = VARIABLES | {"PATH": path(), "INSTEAD": json.dumps(instead)}
        process = Process.start(command, name=f"{service} ({what})", env=settings)
        self._leaving.callback(process.stop, grace_s=0)
        return process

    def exit_code(self, service: str, what: str = "command") -> int | None:
        process = self.start(service, what)
        wait_until(lambda: not process.is_running(), f"the end of {process.name}")
        return process.exit_code

    def is_healthy(self, service: str) -> bool:
        return self.exit_code(service, "health") == 0


@pytest.fixture
def machine(root: Path, database: str, valkey: Valkey) -> Iterator[Machine]:
    with ExitStack() as leaving:
        yield Machine(root, database, valkey.url, leaving)


@runs_image
@runs_compose
def test_the_services_run_and_say_that_they_are_healthy(
    machine: Machine, root: Path, nginx: Callable[..., Nginx]
) -> None:
    assert not machine.is_healthy("web")  # nobody listens yet
    assert machine.exit_code("migrate") == 0
    serving = {name: machine.start(name) for name in ("web", "async", "worker")}
    for name in ("web", "async"):
        wait_until(partial(machine.is_healthy, name), f"the health of {name}")

    settings = env("proxy") | {
        "WSGI": f"127.0.0.1:{machine.ports['web']}",
        "ASGI": f"127.0.0.1:{machine.ports['async']}",
        "STATIC": f"{root}{env('proxy')['STATIC']}",
    }
    proxy = nginx(PAIR, settings)

    found = {"/health/": 200, "/": 301, WAITS: 301, STYLE: 200}  # 301: to HTTPS
    assert statuses(proxy) == found
    assert ask(proxy.port, "/health/", Host="elsewhere.example").status == 400
    assert serving["worker"].is_running()
    serving["async"].stop(DEADLINE_S)
    assert statuses(proxy) == found | {WAITS: 502}


WAITS, STYLE = "/rates/one/async/", "/static/parcels/desk.css"


def statuses(proxy: Nginx) -> dict[str, int]:
    host = VARIABLES["DJANGO_ALLOWED_HOSTS"]
    paths = ("/health/", "/", WAITS, STYLE)
    return {path: ask(proxy.port, path, Host=host).status for path in paths}


def test_the_proxys_image_takes_the_static_files_and_our_configuration() -> None:
    files, template = copies(STAGES["proxy"].steps)

    assert (files.stage, files.sources) == (
        "desk",
        [f"{STAGES['desk'].env['DJANGO_STATIC_ROOT']}/"],
    )
    assert files.target == PurePosixPath(env("proxy")["STATIC"])
    assert [ROOT / source for source in template.sources] == [PAIR]
    assert template.target == PurePosixPath("/etc/nginx/templates/default.conf.template")


@runs_health
def test_a_server_that_answers_with_an_error_is_not_healthy(tmp_path: Path) -> None:
    settings = {"DJANGO_ALLOWED_HOSTS": "desk.example", "PORT": str(free_port())}
    server = tmp_path / "server.py"
    server.write_text(
        "import sys\n"
        "from http.server import BaseHTTPRequestHandler as Base, HTTPServer\n"
        "class Sick(Base):\n"
        "    def do_GET(self): self.send_error(500 if self.headers['Host'] else 200)\n"
        "HTTPServer(('127.0.0.1', int(sys.argv[1])), Sick).serve_forever()\n"
    )

    def check() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, DEPLOY / "healthy.py"]
        return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)

    assert "nobody answers" in check().stderr
    with Process.start([sys.executable, server, settings["PORT"]], name="sick"):
        wait_until(lambda: "nobody answers" not in check().stderr, "an answer")
        assert check().returncode == 1
