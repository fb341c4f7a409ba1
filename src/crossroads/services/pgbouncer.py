"""PgBouncer in front of a PostgreSQL, started from the very file that the site shows."""

import os
import re
import secrets
import shutil
import socket
from collections.abc import Collection, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from crossroads.services.ports import free_port
from crossroads.services.process import Process, ServiceError
from crossroads.services.scratch import give, make_scratch, unprivileged_user
from crossroads.services.service import Service

SYSTEM_PROGRAMS = Path("/usr/sbin")
"""Where systems keep it; the PATH of a user need not have that."""


class PgBouncer(Service):
    """A PgBouncer; `url` is the `postgresql://` address of the database behind it."""


def start_pgbouncer(
    config: Path,
    database_url: str,
    *,
    settings: Mapping[str, object] | None = None,
    cpus: Collection[int] | None = None,
) -> PgBouncer:
    """Return a PgBouncer in front of the database of `database_url`.

    Args:
        config: A file such as `snippets/deploy/pgbouncer.ini`. What belongs to a machine in it
            is replaced: addresses, ports, users and the file with their passwords.
        database_url: A `postgresql://` address.
        settings: Replaces further ones of its settings, such as `default_pool_size`.
        cpus: Cores that it is kept on, where the system can.

    Raises:
        ServiceError: There is no program to start, or it did not start.
    """
    program = find_program()
    database = urlsplit(database_url)
    user, password = database.username or "postgres", database.password
    # PostgreSQL may trust everybody; PgBouncer asks for a password all the same.
    known = unquote(password) if password else secrets.token_hex(16)
    port = free_port()
    runs_as = unprivileged_user()  # like PostgreSQL, it refuses to run as root
    with ExitStack() as on_failure:
        scratch = make_scratch("PgBouncer", runs_as)
        on_failure.callback(shutil.rmtree, scratch, ignore_errors=True)
        users, ours = scratch / "userlist.txt", scratch / config.name
        own = {"listen_addr": "127.0.0.1", "listen_port": port, "auth_file": users}
        own |= {"stats_users": user, "unix_socket_dir": ""}
        users.write_text(f'"{unquote(user)}" "{known}"\n')
        ours.write_text(_adapted(config.read_text(), database, own | dict(settings or {})))
        for file in (users, ours) if runs_as else ():
            give(file, runs_as or "")
        process = Process.start(
            # The shell's errors then name the file that the reader knows.
            ["sh", "-c", 'exec "$1" "$2"', config.resolve(), program, ours],
            name="pgbouncer",
            cwd=scratch,
            user=runs_as,
            cpus=cpus,
            scratch=scratch,
        )
        process.wait_until(lambda: _answers(port))
        on_failure.pop_all()
    name = database.path.removeprefix("/")
    return PgBouncer(f"postgresql://{user}:{known}@127.0.0.1:{port}/{name}", [process])


def find_program() -> Path:
    """Return the program of PgBouncer.

    Raises:
        ServiceError: There is none.
    """
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), str(SYSTEM_PROGRAMS)))
    if program := shutil.which("pgbouncer", path=path):
        return Path(program)
    raise ServiceError(
        "there is no PgBouncer to start",
        f"it is neither on the PATH nor in {SYSTEM_PROGRAMS}",
        "apt install pgbouncer",
    )


def _adapted(config: str, database: SplitResult, settings: Mapping[str, object]) -> str:
    """Return the text of a configuration with one database, and with these settings."""
    name = database.path.removeprefix("/")
    behind = f"{name} = host={database.hostname} port={database.port or 5432} dbname={name}"
    config = re.sub(r"(?m)^\w+ *= *host=.*$", behind, config)
    for key, value in settings.items():
        line = f"{key} = {value}"
        config, count = re.subn(rf"(?m)^{key} *=.*$", line, config)
        if not count:
            config += f"{line}\n"
    return config


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
