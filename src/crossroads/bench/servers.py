"""Every server that is measured, as a table; the commands themselves are in snippets/servers/."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ServerSpec:
    """A server under test: which file starts it, and what it must say of itself."""

    id: str
    """Kebab-case, never changed: it is in every measurement."""
    title: str
    """As people call it."""
    script: str
    """File of snippets/servers/ that starts it."""
    interface: Literal["wsgi", "asgi"]
    app: str | None = None
    """What it serves in place of the example app."""
    threads: int | None = None
    """Threads it is told to use, where it has such a setting."""
    at_once: int | None = None
    """Requests that one worker serves at once, where no setting can change it."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of what it serves."""
    views: tuple[Literal["sync", "async", "none"], ...] = ("sync",)
    """The kinds of view that are worth measuring on it."""
    expects: Mapping[str, str] = field(default_factory=dict)
    """What `/process/` must report, by prefix; otherwise the cell is refused."""


_UVLOOP = {"event_loop": "uvloop"}

SERVERS: Mapping[str, ServerSpec] = {
    server.id: server
    for server in (
        ServerSpec(
            id="gunicorn-sync",
            title="gunicorn sync",
            script="gunicorn-sync.sh",
            interface="wsgi",
            at_once=1,
            expects={"interface": "wsgi"},
        ),
        ServerSpec(
            id="gunicorn-gthread",
            title="gunicorn gthread",
            script="gunicorn-gthread.sh",
            interface="wsgi",
            threads=8,
            expects={"interface": "wsgi"},
        ),
        ServerSpec(
            id="gunicorn-gevent",
            title="gunicorn gevent",
            script="gunicorn-gevent.sh",
            interface="wsgi",
            expects={"interface": "wsgi"},
        ),
        ServerSpec(
            id="granian-wsgi",
            title="granian WSGI",
            script="granian-wsgi.sh",
            interface="wsgi",
            threads=8,
            expects={"interface": "wsgi"},
        ),
        ServerSpec(
            id="gunicorn-asgi",
            title="gunicorn asgi",
            script="gunicorn-asgi.sh",
            interface="asgi",
            views=("sync", "async"),
            expects={"interface": "asgi"},
        ),
        ServerSpec(
            id="uvicorn",
            title="uvicorn",
            script="uvicorn.sh",
            interface="asgi",
            views=("sync", "async"),
            expects={"interface": "asgi", **_UVLOOP},
        ),
        ServerSpec(
            id="hypercorn",
            title="hypercorn",
            script="hypercorn.sh",
            interface="asgi",
            views=("sync", "async"),
            expects={"interface": "asgi"},
        ),
        ServerSpec(
            id="daphne",
            title="daphne",
            script="daphne.sh",
            interface="asgi",
            views=("sync", "async"),
            expects={"interface": "asgi"},
        ),
        ServerSpec(
            id="granian-asgi",
            title="granian ASGI",
            script="granian-asgi.sh",
            interface="asgi",
            views=("sync", "async"),
            expects={"interface": "asgi"},
        ),
        ServerSpec(
            id="fastapi",
            title="FastAPI on uvicorn",
            script="uvicorn.sh",
            interface="asgi",
            app="fastapi_service.app:app",
            views=("sync", "async"),
            expects={"interface": "asgi", **_UVLOOP},
        ),
        ServerSpec(
            id="ninja",
            title="Django Ninja on uvicorn",
            script="uvicorn.sh",
            interface="asgi",
            env={"DJANGO_SETTINGS_MODULE": "ninja_service.settings"},
            views=("async",),
            expects={"interface": "asgi", **_UVLOOP},
        ),
        ServerSpec(
            id="bare-wsgi",
            title="bare WSGI app on gunicorn gthread",
            script="gunicorn-gthread.sh",
            interface="wsgi",
            app="floor.bare_wsgi:application",
            threads=8,
            views=("none",),
            expects={"interface": "wsgi"},
        ),
        ServerSpec(
            id="bare-asgi",
            title="bare ASGI app on uvicorn",
            script="uvicorn.sh",
            interface="asgi",
            app="floor.bare_asgi:application",
            views=("none",),
            expects={"interface": "asgi", **_UVLOOP},
        ),
    )
}
"""All servers by id."""
