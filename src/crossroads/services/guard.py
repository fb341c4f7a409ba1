"""Hold one command, and end its whole tree when asked to or when nobody is left to ask.

A script of the standard library alone, run as `python -I -S guard.py` by `process.py`: a
process that was killed with SIGKILL cannot clean up after itself, so another one does it.
The pipe `control` has its only write end in the one who started us. A number of seconds
in it asks for the end with that much patience; its end of file says that the other side is
gone, however it went. The pipe `report` carries back `pid N`, `exit N` or `failed WHY`.
"""

import contextlib
import ctypes
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ABANDONED_GRACE_S = 5.0
LAST_RESORT_S = 5.0
PR_SET_CHILD_SUBREAPER = 36


class Tree:
    """The command and all that came out of it, for as long as any of it lives."""

    def __init__(self, command: list[str], user: str) -> None:
        group = pwd.getpwnam(user).pw_gid if user else None
        self.command = subprocess.Popen(
            command,
            process_group=0,
            user=user or None,
            group=group,
            extra_groups=[] if user else None,
        )

    def reap(self) -> bool:
        """Collect what has ended and return whether anything is left."""
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self.command.pid:
                    self.command.returncode = os.waitstatus_to_exitcode(ended[1])
        except ChildProcessError:
            return sys.platform != "linux" and self._group_lives()
        return True

    def send(self, number: int) -> None:
        """Send a signal to everything in the tree."""
        if sys.platform == "linux":
            for pid in descendants(os.getpid()):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.command.pid, number)

    def _group_lives(self) -> bool:
        try:
            os.killpg(self.command.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def descendants(ancestor: int) -> list[int]:
    """Return the pids of all living descendants, from /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in parentheses may itself hold spaces and parentheses.
            after_name = stat.read_bytes().rpartition(b")")[2]
            parents[int(stat.parent.name)] = int(after_name.split()[1])
    found = [ancestor]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found[1:]


def listen_for_signals() -> int:
    """Return a file descriptor that yields the number of each signal we get.

    Handlers, not `sigwait`: a mask would be inherited by the command, which could then
    not be asked to end. What we inherited ourselves is undone for the same reason.
    """
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return read


def hold(tree: Tree, control: int, signals: int) -> float:
    """Wait for the end of the command or a wish to end it; return the patience for the rest."""
    while tree.command.returncode is None:
        readable, _, _ = select.select([control, signals], [], [])
        tree.reap()
        if control in readable:
            return float(os.read(control, 64) or ABANDONED_GRACE_S)
        if set(os.read(signals, 256)) - {signal.SIGCHLD}:
            break
    return ABANDONED_GRACE_S


def end(tree: Tree, signals: int, stop_signal: int, grace_s: float) -> None:
    """Ask the command first, as servers end their workers in order; then the rest; then kill."""
    deadline = time.monotonic() + grace_s
    if tree.command.returncode is None:
        os.kill(tree.command.pid, stop_signal)
    rest_is_asked = False
    while tree.reap() and time.monotonic() < deadline + LAST_RESORT_S:
        if time.monotonic() >= deadline:
            tree.send(signal.SIGKILL)
        elif tree.command.returncode is not None and not rest_is_asked:
            tree.send(signal.SIGTERM)
            rest_is_asked = True
        select.select([signals], [], [], 0.02)
        with contextlib.suppress(BlockingIOError):
            os.read(signals, 256)


def main() -> None:
    """Run the command of our arguments until it ends or nobody wants it any more."""
    control, report, stop_signal = map(int, sys.argv[1:4])
    user, cpus, scratch, *command = sys.argv[4:]

    def say(text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(report, text.encode() + b"\n")

    signals = listen_for_signals()
    if sys.platform == "linux":
        # Orphans of the tree become our children instead of vanishing among init's.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        if cpus:
            os.sched_setaffinity(0, map(int, cpus.split(",")))
        tree = Tree(command, user)
    except (OSError, LookupError, subprocess.SubprocessError) as error:
        say(f"failed {error}")
    else:
        say(f"pid {tree.command.pid}")
        grace_s = hold(tree, control, signals)
        if tree.command.returncode is None:
            end(tree, signals, stop_signal, grace_s)
            say(f"exit {tree.command.returncode}")
        else:
            say(f"exit {tree.command.returncode}")
            end(tree, signals, stop_signal, grace_s)
    if scratch:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
