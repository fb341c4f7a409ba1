"""What really ran: lines of Python and files that were started, seen by the interpreter itself."""

import os
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any, Self

from crossroads.site.blocks.includes import sections
from crossroads.site.blocks.model import Block
from crossroads.site.blocks.statements import has_statements, unexecuted

monitoring = sys.monitoring


class LineRecorder:
    """Records which lines of the files in one folder are executed in this process.

    Each line is reported once and then costs nothing, so that a whole test suite can run with it.
    """

    def __init__(self, folder: Path) -> None:
        self._prefix = str(folder.resolve()) + os.sep
        self._tool = 0
        self.lines: defaultdict[str, set[int]] = defaultdict(set)
        """The executed lines of each file, by absolute path."""

    def start(self) -> None:
        """Begin to record; beside coverage and debuggers, which have numbers of their own."""
        self._tool = next(n for n in (3, 4, 5) if monitoring.get_tool(n) is None)
        monitoring.use_tool_id(self._tool, "crossroads")
        monitoring.register_callback(self._tool, monitoring.events.PY_START, self._on_start)
        monitoring.register_callback(self._tool, monitoring.events.LINE, self._on_line)
        monitoring.set_events(self._tool, monitoring.events.PY_START)

    def stop(self) -> None:
        """End recording."""
        monitoring.set_events(self._tool, monitoring.events.NO_EVENTS)
        monitoring.free_tool_id(self._tool)

    def __enter__(self) -> Self:
        """Record inside the block."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End recording."""
        self.stop()

    # What the interpreter itself calls is not seen by coverage, though the tests rest on it.
    def _on_start(self, code: CodeType, _offset: int) -> object:  # pragma: no cover
        if code.co_filename.startswith(self._prefix):
            monitoring.set_local_events(self._tool, code, monitoring.events.LINE)
        return monitoring.DISABLE

    def _on_line(self, code: CodeType, line: int) -> object:  # pragma: no cover
        self.lines[code.co_filename].add(line)
        return monitoring.DISABLE

    def report(self) -> dict[str, list[int]]:
        """Return the executed lines in a form that another process can read."""
        return {name: sorted(lines) for name, lines in self.lines.items()}

    def add(self, report: Mapping[str, Collection[int]]) -> None:
        """Take over the lines that another process executed."""
        for name, lines in report.items():
            self.lines[name].update(lines)


def unexecuted_sections(
    blocks: Collection[Block], executed: Mapping[str, Collection[int]], folder: Path
) -> list[str]:
    """Return a line for each section that pages show of Python in `folder` and nothing executed."""
    found = []
    for block in blocks:
        for include in block.shown.includes:
            path = include.path and include.path.resolve()
            if path is None or not path.is_relative_to(folder.resolve()) or path.suffix != ".py":
                continue
            source = path.read_text(encoding="utf-8")
            lines = sections(source).get(include.section or "", range(0))
            if not has_statements(source, lines):
                found.append(f"{block}: '{include.spelled}' holds no statement")
            elif missed := unexecuted(source, executed.get(str(path), ()), lines):
                where = ", ".join(map(str, missed))
                found.append(f"{block}: no test executes lines {where} of '{include.spelled}'")
    return found


class StartRecorder:
    """Notices which files this process starts as commands or executes as Python."""

    def __init__(self) -> None:
        self._seen: list[str] | None = None
        self._is_hooked = False

    @contextmanager
    def watch(self) -> Iterator[list[str]]:
        """Give a list that grows by each command line and each executed file."""
        if not self._is_hooked:
            # An audit hook cannot be taken out again, so there is one for the whole process.
            sys.addaudithook(self._on_event)
            self._is_hooked = True
        before, self._seen = self._seen, []
        try:
            yield self._seen
        finally:
            self._seen = before

    def _on_event(self, event: str, args: tuple[Any, ...]) -> None:  # pragma: no cover
        if self._seen is None:
            return
        if event == "subprocess.Popen":
            executable, arguments, *_ = args
            words = [arguments] if isinstance(arguments, str | bytes | os.PathLike) else arguments
            self._seen += [os.fsdecode(word) for word in (executable, *words) if word is not None]
        elif event == "exec" and isinstance(args[0], CodeType):
            self._seen.append(args[0].co_filename)


def has_run(path: Path, seen: Collection[str]) -> bool:
    """Return whether a file is among the words of what was started.

    >>> has_run(Path("/srv/start.sh"), ["sh", "-c", "exec /srv/start.sh"])
    True
    """
    return any(str(path) in word for word in seen)
