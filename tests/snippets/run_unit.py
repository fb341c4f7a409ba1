"""Run a command of a systemd unit, as systemd would: `run_unit.py UNIT ExecStart PREFIX FOLDER`.

What the unit has below PREFIX is in FOLDER here. The environment is ours instead of the unit's
file; its user and its protection are left out.
"""

import os
import re
import shlex
import sys
from pathlib import Path


def main(unit: str, key: str, prefix: str, folder: str) -> None:
    lines = Path(unit).read_text(encoding="utf-8").replace(prefix, folder)
    says = dict(re.findall(r"^(\w+)=(.+)$", lines, re.MULTILINE))
    command = shlex.split(os.path.expandvars(says[key]))
    os.chdir(says["WorkingDirectory"])
    os.execv(command[0], command)  # noqa: S606 - systemd starts no shell either


if __name__ == "__main__":
    main(*sys.argv[1:])
