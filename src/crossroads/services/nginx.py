"""nginx before servers under test, with the very configuration that the site shows."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crossroads.services.ports import free_port
from crossroads.services.process import Process, ServiceError
from crossroads.services.server import get_status
from crossroads.services.service import Service

_SBIN = "/usr/sbin:/usr/local/sbin"  # where Debian keeps nginx, and a user's PATH does not look
_PACKAGES = {"nginx": "nginx-light", "envsubst": "gettext-base"}
# What /etc/nginx/nginx.conf does, without files outside; it compresses all that it may.
_MAIN = """
user {user};
daemon off;
pid nginx.pid;
events {{ }}
http {{
    types {{ text/css css; text/javascript js; }}
    default_type application/octet-stream;
    access_log off;
    gzip on;
    gzip_types *;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include desk.conf;
}}
"""


@dataclass(frozen=True)
class Nginx(Service):
    """An nginx on a port of its own; `url` is its address, without a slash at the end."""

    port: int
    """Port of 127.0.0.1."""


def start_nginx(
    configuration: Path,
    settings: Mapping[str, object],
    *,
    instead: Mapping[str, str] | None = None,
    ready_path: str = "/health/",
) -> Nginx:
    """Return an nginx once it answers, whatever the status.

    Args:
        configuration: A file with `${NAME}` in it, filled in as readers do, by envsubst.
        settings: What is filled in; `PORT` is ours, and `STATIC` is empty unless given.
        instead: Text of the configuration, and what stands there now: a time-out that no test
            can wait for.
        ready_path: Path of the request that shows that it answers.

    Raises:
        ServiceError: nginx or envsubst is not installed, or nginx did not start.
        ValueError: A name is left that nothing fills in, or text to be replaced is not there.
    """
    envsubst, nginx = find_program("envsubst"), find_program("nginx")
    port = free_port()
    # A folder that is not there is one without files.
    given = {"STATIC": "/nowhere", **settings, "PORT": port}
    desk = _filled_in(configuration, given, envsubst)
    for shown, now in (instead or {}).items():
        if shown not in desk:
            raise ValueError(f"{shown!r} is not in {configuration.name}")
        desk = desk.replace(shown, now)

    scratch = Path(tempfile.mkdtemp(prefix="crossroads-nginx-"))
    (scratch / "desk.conf").write_text(desk, encoding="utf-8")
    main = _MAIN.format(user="root" if os.geteuid() == 0 else "nobody")
    (scratch / "nginx.conf").write_text(main, encoding="utf-8")
    command: list[str | Path] = [nginx, "-p", scratch, "-e", "stderr", "-c", scratch / "nginx.conf"]
    process = Process.start(command, name="nginx", cwd=scratch, scratch=scratch)
    process.wait_until(lambda: get_status(port, ready_path, 10) is not None)
    return Nginx(f"http://127.0.0.1:{port}", [process], port)


def _filled_in(configuration: Path, settings: Mapping[str, object], envsubst: Path) -> str:
    given = {name: str(value) for name, value in settings.items()}
    names = " ".join(f"${name}" for name in given)
    fill = ["sh", "-c", f"{envsubst} '{names}' < '{configuration}'"]
    desk = subprocess.run(fill, env=given, check=True, stdout=subprocess.PIPE, text=True).stdout
    if left := re.findall(r"\$\{[A-Z_]+\}", desk):
        raise ValueError(f"nothing fills in {', '.join(left)} of {configuration.name}")
    return desk


def find_program(name: str) -> Path:
    """Return `nginx` or `envsubst`, which no wheel brings.

    Raises:
        ServiceError: It is not installed.
    """
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{_SBIN}")
    if found is None:
        remedy = f"apt install {_PACKAGES[name]}"
        raise ServiceError(
            f"{name} is not installed", "it is neither on the PATH nor in sbin", remedy
        )
    return Path(found)
