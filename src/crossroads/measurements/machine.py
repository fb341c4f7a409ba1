"""Which computer this is, so that figures from unlike ones are never compared."""

import os
import platform
from pathlib import Path

import psutil

from crossroads.measurements.model import Machine


def this_machine() -> Machine:
    """Return what identifies this computer to a measurement; no host name, no serial number."""
    return Machine(
        cpu=_cpu_model(),
        cores=usable_cores(),
        memory_gib=round(psutil.virtual_memory().total / 2**30),
        system=f"{platform.system()} {platform.machine()}",
    )


def usable_cores() -> int:
    """Return the number of logical cores this process may run on."""
    # A container or taskset often allows fewer cores than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown"
