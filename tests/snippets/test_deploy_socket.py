"""With systemd's socket, nobody notices that the server behind it was restarted."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from crossroads.services.nginx import Nginx
from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import get_status

from .deploy_stage import APP, DEADLINE_S, DEPLOY, SETTINGS, Visitors, gunicorn, wait_until

SOCKET, SERVICE, CONFIG = (
    DEPLOY / name for name in ("desk-web.socket", "desk-web.service", "gunicorn.conf.py")
)
RUN_SOCKET = Path(__file__).with_name("run_socket.py")

runs_socket = pytest.mark.runs("deploy/desk-web.socket")

type Before = Callable[[int], int]


@pytest.fixture
def before(nginx: Callable[..., Nginx], tmp_path: Path) -> Before:
    """Give a function that puts nginx before a port and returns its own."""
    served = {"LOG": tmp_path / "log", "FILES": tmp_path}
    web = DEPLOY / "nginx-web.conf"
    return lambda port: nginx(web, {"WSGI": f"127.0.0.1:{port}", **served}).port


@pytest.fixture
def srv_desk(tmp_path: Path) -> Path:
    """Return a folder that holds what the units expect in /srv/desk."""
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "app").symlink_to(APP)
    (folder / CONFIG.name).symlink_to(CONFIG)
    return folder


@runs_socket
@pytest.mark.runs("deploy/desk-web.service")
def test_a_restart_behind_systemds_socket_loses_no_request(before: Before, srv_desk: Path) -> None:
    port = free_port()
    # gunicorn's own PORT leads nowhere: what it listens on, it was handed.
    settings = SETTINGS | {"PORT": str(free_port()), "WORKERS": "1", "THREADS": "2"}
    command = (sys.executable, RUN_SOCKET, SOCKET, SERVICE, "/srv/desk", srv_desk, str(port))
    with Process.start(command, name="systemd", env=settings, cwd=srv_desk) as systemd:
        systemd.wait_until(lambda: get_status(port, "/health/", DEADLINE_S) == 200)

        def service() -> list[int]:
            return [child.pid for child in psutil.Process(systemd.pid).children()]

        (old,) = service()
        with Visitors(before(port)) as visitors:
            visitors.wait_for(20)
            os.kill(systemd.pid, signal.SIGHUP)
            wait_until(lambda: service() not in ([], [old]), "another gunicorn")
            visitors.wait_for(20)

    assert set(visitors.answers) == {200}


@pytest.mark.runs("deploy/gunicorn.conf.py")
def test_a_restart_without_it_is_a_502_for_those_who_come_meanwhile(before: Before) -> None:
    server = gunicorn("gunicorn.conf.py", WORKERS=1, THREADS=2)
    try:
        with Visitors(before(server.port)) as visitors:
            visitors.wait_for(20)
            server.stop(DEADLINE_S)
            visitors.wait_for(20)
    finally:
        server.stop(0)

    assert set(visitors.answers) == {200, 502}


def test_systemd_understands_the_socket_and_its_service(srv_desk: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed; apt install systemd")
    units = []
    for unit in (SOCKET, SERVICE):
        units.append(tmp_path / unit.name)
        units[-1].write_text(unit.read_text().replace("/srv/desk", str(srv_desk)))

    command = [analyze, "verify", "--man=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_socket_has_the_address_that_the_proxy_is_given() -> None:
    (address,) = re.findall(r"^ListenStream=(.+)$", SOCKET.read_text(), re.MULTILINE)

    assert f"WSGI={address} " in (DEPLOY / "nginx-web.conf").read_text()
    assert f"WSGI={address} " in (DEPLOY / "nginx-pair.conf").read_text()
