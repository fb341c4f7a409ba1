"""Describe the process that answers. Pure standard library, so that any app can mount it."""

import asyncio
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "django",
    "asgiref",
    "gunicorn",
    "uvicorn",
    "uvloop",
    "httptools",
    "hypercorn",
    "daphne",
    "granian",
    "gevent",
    "fastapi",
    "starlette",
    "psycopg",
)


def describe_process(interface: str) -> dict[str, str]:
    """Return what runs here, each value a string.

    Args:
        interface: `wsgi` or `asgi`. Under ASGI call this from a coroutine, because
            only there can the server's event loop be seen.
    """
    # Asked at run time: importing a package such as gevent switches the GIL on again.
    is_gil_on = getattr(sys, "_is_gil_enabled", lambda: True)()
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "gil": "on" if is_gil_on else "off",
        "interface": interface,
        "event_loop": _event_loop() if interface == "asgi" else "none",
        "pid": str(os.getpid()),
        **_versions(),
    }


def _event_loop() -> str:
    try:
        loop = type(asyncio.get_running_loop())
    except RuntimeError:
        return "none"
    return f"{loop.__module__}.{loop.__qualname__}"


def _versions() -> dict[str, str]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
