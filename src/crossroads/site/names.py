"""What a reader is told instead of an id or of all there is: servers, views, numbers, versions."""

from collections.abc import Mapping

from crossroads.bench.servers import SERVERS
from crossroads.measurements.model import Cell

OUTSIDE = frozenset(server.id for server in SERVERS.values() if server.app is not None)
"""Servers that run no Django: marked as references from outside."""

VERIFIED = ("django", "asgiref", "gunicorn", "uvicorn", "granian", "psycopg", "fastapi")
"""Packages whose versions the site names wherever it says what was verified."""

_SHORT: Mapping[str, str] = {"bare-wsgi": "bare WSGI app", "bare-asgi": "bare ASGI app"}
_ROUND_ABOVE = 100


def verified(versions: Mapping[str, str]) -> Mapping[str, str]:
    """Return the versions to name, of those that were installed."""
    return {name: versions[name] for name in VERIFIED if name in versions}


def version_list(versions: Mapping[str, str]) -> str:
    """Return packages with their versions, as a caption has them.

    >>> version_list({"django": "6.1.3", "uvicorn": "0.54.0"})
    'django 6.1.3, uvicorn 0.54.0'
    """
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def server_name(server: str) -> str:
    """Return the name of the server with this id; an unknown id is its own name.

    >>> server_name("gunicorn-gthread")
    'gunicorn gthread'
    """
    known = SERVERS.get(server)
    return _SHORT.get(server, known.title if known else server)


def label(cell: Cell) -> str:
    """Return the row label of `cell`: its server, and what sets it apart on that server.

    The kind of view is named where a server is measured with both kinds.
    """
    name = server_name(cell.server)
    if cell.server not in OUTSIDE and (pool := _pool(cell)):
        name = f"{name}, {pool}"
    known = SERVERS.get(cell.server)
    return name if known and len(known.views) == 1 else f"{name}, {cell.view}"


def _pool(cell: Cell) -> str:
    """Return the workers and threads of `cell`, as short as the label of a row must be."""
    threads = ""
    if cell.threads is not None:
        threads = f"{cell.threads} {'thread' if cell.threads == 1 else 'threads'}"
    if cell.workers == 1:
        return threads
    workers = f"{cell.workers} workers"
    # A worker of which nothing more is said has one thread.
    return workers if cell.threads in {None, 1} else f"{workers} × {threads}"


def number(value: float) -> str:
    """Return `value` with three significant digits, as people write it.

    >>> [number(value) for value in (0.10849, 2.0, 1308.4, 86.25)]
    ['0.108', '2', '1,308', '86.2']
    """
    return f"{value:,.0f}" if abs(value) >= _ROUND_ABOVE else f"{value:.3g}"
