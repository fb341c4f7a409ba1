"""Print how long requests queued, minute by minute: `python queued.py desk.log`."""

# --8<-- [start:script]
import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

minutes = defaultdict(list)
with Path(sys.argv[1]).open(encoding="utf-8") as log:
    for line in log:
        if found := re.search(r"queue;dur=([\d.]+)", line):
            minutes[line[:16]].append(float(found[1]))

for minute, queued in minutes.items():
    half, worst = median(queued), max(queued)
    print(f"{minute}  {len(queued)} requests, half under {half:.0f} ms, worst {worst:.0f} ms")
# --8<-- [end:script]
