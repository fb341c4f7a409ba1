"""A command whose whole tree ends with us, even when we are killed.

Each command runs under a guard of its own (`guard.py`), in a session of its own, so that
Ctrl-C in the terminal reaches us alone and we end the rest in order.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Self

import psutil

from crossroads.errors import CrossroadsError

_GUARD = Path(__file__).with_name("guard.py")
_LOG_LINES_SHOWN = 15


class ServiceError(CrossroadsError):
    """Something that runs beside us did not start, or is not there to be started."""


def can_pin() -> bool:
    """Return whether this system can keep a process on the cores it is given."""
    return hasattr(os, "sched_setaffinity")


class Process:
    """A running command with all that comes out of it; `Process.start` makes one."""

    def __init__(self, name: str, guard: subprocess.Popen[bytes], pipes: tuple[int, int]) -> None:
        self.name = name
        """What messages call it."""
        self.pid = 0
        """Process id of the command itself, not of its guard."""
        self.exit_code: int | None = None
        """As in `subprocess`: negative when a signal ended it, None while it runs."""
        self._guard = guard
        self._control, self._report = pipes
        self._log_file = -1
        self._final_log = ""
        self._is_stopped = False
        self._was_asked = False

    @classmethod
    def start(  # noqa: PLR0913 - what a process can be given is one thing with many sides
        cls,
        command: Sequence[str | Path],
        *,
        name: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        cpus: Collection[int] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        scratch: Path | None = None,
    ) -> Self:
        """Return the started command.

        Args:
            command: Program and arguments; the program is looked up on the PATH of `env`.
            name: What messages call it.
            env: Its whole environment; ours when None.
            cwd: Where it runs.
            user: Whom it runs as; needs root.
            cpus: Cores that the whole tree is kept on, where the system can (`can_pin`).
            stop_signal: What asks it to end.
            scratch: A folder that is removed when the whole tree is gone.

        Raises:
            ServiceError: The program or the folder is not there, or may not be used.
        """
        control, our_control = os.pipe()
        our_report, report = os.pipe()
        pinned = ",".join(map(str, cpus)) if cpus and can_pin() else ""
        settings = (int(stop_signal), user or "", pinned, scratch or "")
        arguments = (_GUARD, control, report, *settings, *command)
        # A file without a name: no buffer to fill up, and nothing to remove afterwards.
        with tempfile.TemporaryFile() as log:
            log_file = os.dup(log.fileno())
            try:
                guard = subprocess.Popen(
                    [sys.executable, "-I", "-S", *map(str, arguments)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(control, report),
                    start_new_session=True,
                    env=env,
                    cwd=cwd,
                )
            except OSError as error:
                for fd in (our_control, our_report, log_file):
                    os.close(fd)
                raise _not_started(name, str(error)) from error
            finally:
                os.close(control)
                os.close(report)
        process = cls(name, guard, (our_control, our_report))
        process._log_file = log_file
        kind, _, rest = process._next_report().partition(" ")
        if kind != "pid":
            process.stop()
            raise _not_started(name, rest or process.log)
        process.pid = int(rest)
        return process

    def __enter__(self) -> Self:
        """Return itself; leaving the block ends the tree."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the tree."""
        self.stop()

    @property
    def log(self) -> str:
        """All that the tree has written so far, to standard output and standard error."""
        if self._is_stopped:
            return self._final_log
        size = os.fstat(self._log_file).st_size
        # pread, because the file's position is shared with everything that writes to it.
        return os.pread(self._log_file, size, 0).decode(errors="replace")

    def is_running(self) -> bool:
        """Return whether the command itself, whatever became of its children, still runs."""
        if self.exit_code is None and select.select([self._report], [], [], 0)[0]:
            kind, _, code = self._next_report().partition(" ")
            if kind == "exit":
                self.exit_code = int(code)
            else:
                self._end_without_guard()
        return self.exit_code is None

    def why_it_ended(self) -> str:
        """Return one line such as `uvicorn ended by itself with exit code 3`."""
        if self.is_running() or self.exit_code is None:
            return f"{self.name} is running"
        if self.exit_code < 0:
            by = f"{self.name} was killed by {signal.Signals(-self.exit_code).name}"
            return f"{by}, as we asked" if self._was_asked else by
        how = "when asked to" if self._was_asked else "by itself"
        return f"{self.name} ended {how} with exit code {self.exit_code}"

    def wait_until(self, ready: Callable[[], bool], *, deadline_s: float = 10.0) -> None:
        """Return as soon as `ready()` is true.

        Raises:
            ServiceError: The command ended first, or the time ran out. What is left of the
                tree has been ended, and the message shows the end of the log.
        """
        deadline = time.monotonic() + deadline_s
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self.stop)
            while not ready():
                if not self.is_running():
                    raise self.failure(f"{self.name} did not start", self.why_it_ended())
                if time.monotonic() > deadline:
                    problem = f"{self.name} was not ready after {deadline_s:g} s"
                    raise self.failure(problem, "it still ran and was ended")
                time.sleep(0.01)
            on_failure.pop_all()

    def failure(self, problem: str, known: str) -> ServiceError:
        """Return an error that also shows the end of the log."""
        lines = self.log.rstrip().splitlines()[-_LOG_LINES_SHOWN:]
        shown = ["its log ends with:", *lines] if lines else ["it wrote no log"]
        remedy = "mend what the log names, then start it again"
        return ServiceError(problem, "\n".join([known, *shown]), remedy)

    def tree(self) -> list[psutil.Process]:
        """Return the command, if it lives, and all its living descendants, orphans too."""
        try:
            # Orphans of the tree are the guard's children, so we ask for those.
            family = psutil.Process(self._guard.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [member for member in family if _lives(member)]

    def stop(self, grace_s: float = 5.0) -> int:
        """End the whole tree, what is left after `grace_s` seconds by SIGKILL.

        Returns the exit code of the command; a second call returns the same.
        """
        if not self._is_stopped:
            self._was_asked = self.is_running()
            with contextlib.suppress(BrokenPipeError):
                os.write(self._control, str(grace_s).encode())
            self._guard.wait()
            self.is_running()
            self._final_log = self.log
            self._is_stopped = True
            for fd in (self._control, self._report, self._log_file):
                os.close(fd)
        return self.exit_code if self.exit_code is not None else -signal.SIGKILL

    def _next_report(self) -> str:
        line = b""
        while not line.endswith(b"\n") and (byte := os.read(self._report, 1)):
            line += byte
        return line.decode(errors="replace").rstrip("\n")

    def _end_without_guard(self) -> None:
        """Kill what can still be found: the guard itself was killed by somebody."""
        self.exit_code = -signal.SIGKILL
        if self.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _not_started(name: str, reason: str) -> ServiceError:
    return ServiceError(
        f"{name} cannot be started",
        reason,
        "see that the program is installed (`make setup`) and that this user may run it",
    )
