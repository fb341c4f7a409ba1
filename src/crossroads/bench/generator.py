"""The load generator as the harness sees it: started once, asked for one window at a time."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from threading import Timer
from types import TracebackType
from typing import Any, Self

from crossroads.bench.load import LoadResult, LoadSpec
from crossroads.errors import CrossroadsError

PATIENCE_S = 60.0
"""Longer than a generator can need for answers that are late on both sides of its window."""


class GeneratorError(CrossroadsError):
    """The load generator ended or answered nonsense."""


class Generator:
    """A running load generator; it ends with its standard input, so also when we are killed."""

    def __init__(self, *, cpus: Sequence[int] = ()) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "crossroads.bench.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the harness, which then ends the generator in its own order.
            start_new_session=True,
        )
        if cpus and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self.process.pid, cpus)

    def run(
        self,
        spec: LoadSpec,
        *,
        on_start: Callable[[], None] = lambda: None,
        on_end: Callable[[], None] = lambda: None,
    ) -> LoadResult:
        """Return the result of one window; `on_start` and `on_end` are called at its edges.

        Raises:
            GeneratorError: The generator has ended.
        """
        if self.process.stdin is None:
            raise AssertionError
        try:
            self.process.stdin.write(json.dumps(asdict(spec)) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise self._ended() from error
        # A generator that hangs is killed, so that its silence has an end.
        deadline = Timer(spec.warmup_s + spec.window_s + PATIENCE_S, self.process.kill)
        deadline.start()
        try:
            self._expect("start")
            on_start()
            self._expect("end")
            on_end()
            return LoadResult(**self._answer())
        finally:
            deadline.cancel()

    def close(self) -> None:
        """End the generator."""
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        """Return the generator."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the generator."""
        self.close()

    def _expect(self, word: str) -> None:
        answer = self._answer()
        if answer != word:
            raise GeneratorError(
                f"the load generator said {answer!r} where {word!r} was due",
                f"it is process {self.process.pid}",
                "report this: it is a fault of ours",
            )

    def _answer(self) -> Any:  # noqa: ANN401 (JSON)
        if self.process.stdout is None:
            raise AssertionError
        line = self.process.stdout.readline()
        if not line:
            raise self._ended()
        return json.loads(line)

    def _ended(self) -> GeneratorError:
        return GeneratorError(
            "the load generator ended in the middle of a run",
            f"its exit code is {self.process.wait()}",
            "run again: crossroads measure (rows on disk are kept)",
        )
