"""Run a line of a crontab, as cron would: `run_crontab.py CRONTAB WORD FROM=TO...`.

The line is the one that holds WORD. FROM is what it names and TO what is there instead; cron's
bare environment is left as it is, and the user is ours.
"""

import os
import re
import sys
from pathlib import Path

TIME = r"(?:[\d*/,-]+\s+){5}"


def main(crontab: str, word: str, *here: str) -> None:
    text = Path(crontab).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    (line,) = [line for line in lines if re.match(TIME, line) and word in line]
    time, user, command = re.match(rf"({TIME})(\w+)\s+(.+)", line).groups()
    assert (len(time.split()), user) == (5, "desk")
    assert "%" not in command  # it would end the line
    for there in here:
        command = command.replace(*there.split("=", 1))
    os.execve("/bin/sh", ["/bin/sh", "-c", command], settings | dict(os.environ))  # noqa: S606 - it is one


if __name__ == "__main__":
    main(*sys.argv[1:])
