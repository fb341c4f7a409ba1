"""What the kernel holds for a server: connections that are made, and that nobody has accepted."""

from pathlib import Path

import pytest

_TCP = Path("/proc/net/tcp")
_LISTENS = "0A"


def unaccepted(port: int) -> int:
    """Return how many connections wait in the accept queue of a port of 127.0.0.1."""
    if not _TCP.exists():
        pytest.skip("the accept queue cannot be read here; run it on Linux")
    for line in _TCP.read_text().splitlines()[1:]:
        _, local, _, state, queues, *_ = line.split()
        if state == _LISTENS and int(local.split(":")[1], 16) == port:
            return int(queues.split(":")[1], 16)
    return 0
