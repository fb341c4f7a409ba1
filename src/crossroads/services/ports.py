"""Ports of the loopback interface: a free one, and who holds one that is taken."""

import random
import socket

import psutil

from crossroads.errors import CrossroadsError

# Below every system's ephemeral range: a port from that range could become the local end
# of some client's connection before the server that was promised it has started.
_PORTS = range(20_000, 32_000)
# Not the module's own generator: tests seed that, and two of them would choose alike.
_chance = random.SystemRandom()


class PortTakenError(CrossroadsError):
    """Somebody else listens on the port that a server was to use."""


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As servers do, so that closed connections that still linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    while not is_free(port := _chance.choice(_PORTS)):
        pass
    return port


def holder(port: int) -> str:
    """Return who listens on the port, such as `nginx (pid 812)`, as far as the system tells."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.pid
            if listens and connection.laddr and connection.laddr.port == port:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return "another program"


def require_free(port: int) -> None:
    """Return if a server could use the port.

    Raises:
        PortTakenError: Somebody else listens on it.
    """
    if not is_free(port):
        raise PortTakenError(
            f"port {port} is taken",
            f"it is held by {holder(port)}",
            "end that program, or choose another port (make serve ADDRESS=127.0.0.1:8001)",
        )
