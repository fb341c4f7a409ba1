# --8<-- [start:slowest]
"""Say what each address takes, the slowest first: python slowest.py < access.log."""

import sys
from collections import defaultdict
from statistics import quantiles

FEW = 20


def percentiles(lines):
    """Return the median and 95th percentile of each address that was asked often enough."""
    took = defaultdict(list)
    for line in lines:
        _, request, rest = line.split('"')
        took[request].append(float(rest.split()[-1]))
    cuts = {request: quantiles(s, n=20) for request, s in took.items() if len(s) >= FEW}
    return {request: (len(took[request]), cut[9], cut[18]) for request, cut in cuts.items()}


if __name__ == "__main__":
    found = percentiles(sys.stdin)
    for request, (count, median, late) in sorted(found.items(), key=lambda f: -f[1][2]):
        print(f"{late:8.3f} s   median {median:8.3f} s   {count:7} × {request}")
# --8<-- [end:slowest]
