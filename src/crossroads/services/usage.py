"""What processes have used, summed over the tree of each."""

from collections.abc import Iterable

import psutil

from crossroads.services.process import Process


def cpu_seconds(processes: Iterable[Process]) -> float:
    """Return the CPU time of the trees so far: user and system, in seconds.

    Taken per process, where the time of ended threads stays; the time of ended children
    is added to their parent's when it collects them, and is counted from there.
    """
    total = 0.0
    for member in _members(processes):
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def pss_mb(processes: Iterable[Process]) -> float:
    """Return the memory of the trees in MB, shared pages divided among those who share them.

    Resident size where the system has no such figure.
    """
    total = 0
    for member in _members(processes):
        try:
            memory = member.memory_full_info()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        total += getattr(memory, "pss", memory.rss)
    return total / 1e6


def thread_count(processes: Iterable[Process]) -> int:
    """Return how many threads of the operating system live in the trees."""
    total = 0
    for member in _members(processes):
        try:
            total += member.num_threads()
        except psutil.NoSuchProcess:
            continue
    return total


def _members(processes: Iterable[Process]) -> list[psutil.Process]:
    return [member for process in processes for member in process.tree()]
