"""A server under test, started with the very file that the site shows."""

import http.client
import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from crossroads.services.ports import free_port, require_free
from crossroads.services.process import Process

# What steers a server from outside: a value left in somebody's shell would change a figure.
_STEERING = {"PORT", "WORKERS", "THREADS", "APP", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"}


@dataclass(frozen=True)
class Server:
    """A server that answers; a context manager that ends it."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        """Such as `http://127.0.0.1:8000`, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self, grace_s: float = 5.0) -> int:
        """End the server with all its workers and return its exit code."""
        return self.process.stop(grace_s)

    def __enter__(self) -> Self:
        """Return itself; leaving the block ends the server."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the server."""
        self.stop()


def start_server(  # noqa: PLR0913 - one parameter for each setting of a start file
    script: Path,
    *,
    app: str | None = None,
    threads: int | None = None,
    workers: int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    port: int | None = None,
    cpus: Collection[int] | None = None,
    ready_path: str = "/health/",
    deadline_s: float = 15.0,
) -> Server:
    """Return the server of a start file once a GET of `ready_path` answers 200.

    Args:
        script: A file such as `snippets/servers/uvicorn.sh`; its name names the server.
        app: Import path of the application; the file's own choice when None.
        threads: Threads of each worker; the file's own choice when None.
        workers: Worker processes; the file's own choice when None.
        env: Added to our environment.
        cwd: Folder that holds the application.
        port: A port of 127.0.0.1; a free one when None.
        cpus: Cores that the server is kept on, where the system can.
        ready_path: Path that answers 200 when the application is loaded.
        deadline_s: Seconds it may take.

    Raises:
        ServiceError: It ended or stayed silent; the message shows the end of its log.
        PortTakenError: Somebody else listens on `port`.
    """
    if port is None:
        port = free_port()
    require_free(port)
    environment = {name: value for name, value in os.environ.items() if name not in _STEERING}
    given = {"PORT": port, "APP": app, "THREADS": threads, "WORKERS": workers}
    environment |= {name: str(value) for name, value in given.items() if value is not None}
    environment |= env or {}
    # Servers are installed beside this Python, whether or not its environment is activated.
    path = [str(Path(sys.executable).parent), environment.get("PATH", os.defpath)]
    environment |= {"PATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}
    process = Process.start(
        ["sh", script.resolve()], name=script.stem, env=environment, cwd=cwd, cpus=cpus
    )

    def answers() -> bool:
        status = get_status(port, ready_path, deadline_s)
        if status not in (None, http.client.OK):
            problem = f"{process.name} answers GET {ready_path} with {status}, not 200"
            raise process.failure(problem, "it was ended")
        return status is not None

    process.wait_until(answers, deadline_s=deadline_s)
    return Server(process, port)


def get_status(port: int, path: str, timeout_s: float) -> int | None:
    """Return the status of one answer; None when nobody listens or the connection broke.

    One patient request, not many short ones: those would queue up before a single worker
    that is still loading the application.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
