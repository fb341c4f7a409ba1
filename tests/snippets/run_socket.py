"""Hold a socket unit's socket and restart its service at SIGHUP, as systemd would.

`run_socket.py SOCKET_UNIT SERVICE_UNIT PREFIX FOLDER PORT`; what the units have below PREFIX is in
FOLDER, and PORT takes the place of the unit's.
"""

import os
import re
import signal
import socket
import sys
from pathlib import Path

from run_unit import main as run_service

FIRST_FD = 3  # where a service finds what it is handed


def main(unit: str, service: str, prefix: str, folder: str, port: str) -> None:
    says = dict(re.findall(r"^(\w+)=(.+)$", Path(unit).read_text(encoding="utf-8"), re.MULTILINE))
    host, _ = says["ListenStream"].split(":")
    listener = socket.create_server((host, int(port)), backlog=int(says["Backlog"]))
    signal.signal(signal.SIGHUP, lambda *_: os.kill(child, signal.SIGTERM))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    while True:
        if (child := os.fork()) == 0:
            os.dup2(listener.fileno(), FIRST_FD)
            # dup2 changes nothing when it is there already.
            os.set_inheritable(FIRST_FD, True)  # noqa: FBT003 - it takes no names
            os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
            run_service(service, "ExecStart", prefix, folder)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
