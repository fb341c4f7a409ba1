import signal
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from crossroads.services.ports import PortTakenError
from crossroads.services.process import ServiceError, can_pin
from crossroads.services.server import start_server

ROOT = Path(__file__).parents[2]
SCRIPTS = {script.stem: script for script in (ROOT / "snippets/servers").glob("*.sh")}
APP = """
import os

def wsgi(environ, start_response):
    status = "500 Broken" if environ["PATH_INFO"] == "/broken/" else "200 OK"
    start_response(status, [("Content-Length", "2")])
    return [b"ok"]
"""


@pytest.fixture
def app_folder(tmp_path: Path) -> Path:
    (tmp_path / "one_file.py").write_text(APP)
    return tmp_path


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_each_start_file_serves_the_example_app(
    script: Path, all_gone: Callable[[list[psutil.Process]], bool]
) -> None:
    env = {"DJANGO_SECRET_KEY": "for this test only", "DJANGO_ALLOWED_HOSTS": "127.0.0.1"}
    with start_server(script, cwd=ROOT / "example_app", env=env, deadline_s=60) as server:
        tree = server.process.tree()
        assert httpx.get(f"{server.url}/health/").json() == {"status": "ok"}

    assert tree
    assert all_gone(tree)
    # uvicorn ends itself with the signal that asked it to; the others with 0.
    assert server.stop() in {0, -signal.SIGTERM}


def test_app_threads_and_workers_reach_the_server(
    app_folder: Path, until: Callable[[Callable[[], object]], None]
) -> None:
    with start_server(
        SCRIPTS["gunicorn-gthread"], app="one_file:wsgi", workers=2, threads=3, cwd=app_folder
    ) as server:
        command = " ".join(psutil.Process(server.process.pid).cmdline())
        assert "--workers 2 --threads 3" in command
        # The first worker may answer before the second has started.
        until(lambda: len(server.process.tree()) == 3)


def test_what_the_shell_says_steers_nothing(
    app_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WORKERS", "WEB_CONCURRENCY"):
        monkeypatch.setenv(name, "3")
    with start_server(SCRIPTS["gunicorn-sync"], app="one_file:wsgi", cwd=app_folder) as server:
        assert len(server.process.tree()) == 2


def test_servers_are_found_without_an_activated_environment(
    app_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with start_server(SCRIPTS["granian-wsgi"], app="one_file:wsgi", cwd=app_folder) as server:
        assert server.process.is_running()


def test_a_server_is_kept_on_the_cores_it_was_given(app_folder: Path) -> None:
    with start_server(
        SCRIPTS["gunicorn-sync"], app="one_file:wsgi", cwd=app_folder, cpus={0}
    ) as server:
        if can_pin():
            assert {tuple(member.cpu_affinity()) for member in server.process.tree()} == {(0,)}


def test_a_server_that_dies_at_the_start_shows_its_log(tmp_path: Path) -> None:
    with pytest.raises(ServiceError) as caught:
        start_server(SCRIPTS["uvicorn"], app="nowhere:app", cwd=tmp_path)

    assert caught.value.problem == "uvicorn did not start"
    why, _, *log = caught.value.known.splitlines()
    assert why.startswith("uvicorn ended by itself with exit code")
    assert "nowhere" in "".join(log)


def test_a_server_that_never_listens_is_ended(tmp_path: Path) -> None:
    script = tmp_path / "silent.sh"
    script.write_text("exec sleep 600")

    with pytest.raises(ServiceError, match=r"silent was not ready after 0\.3 s"):
        start_server(script, deadline_s=0.3)


def test_a_server_that_answers_with_an_error_says_which(app_folder: Path) -> None:
    with pytest.raises(ServiceError) as caught:
        start_server(
            SCRIPTS["gunicorn-sync"], app="one_file:wsgi", cwd=app_folder, ready_path="/broken/"
        )

    assert caught.value.problem == "gunicorn-sync answers GET /broken/ with 500, not 200"


def test_a_port_that_somebody_holds_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]

        with pytest.raises(PortTakenError, match=f"port {port} is taken"):
            start_server(SCRIPTS["uvicorn"], port=port)
