"""One file per run: JSON Lines, a header, a row per cell and round, and an end line.

A disturbed window that was measured again has a second row, which stands for the first.

A file without its end line is unfinished; it bears the suffix `.partial` and is only
ever read to go on with the same run.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from crossroads.errors import CrossroadsError
from crossroads.measurements.identity import identify
from crossroads.measurements.model import Cell, Figures, Load, Machine, Python, Row, Run

FORMAT = 1
"""1 (2026-11): the first."""

_UNSAID: Mapping[str, Any] = {"workers": 1, "unpinned": False}
"""What is not written: these values, and None for every other field."""


class MeasurementFileError(CrossroadsError):
    """A run's file is damaged, unfinished or of another format."""


class MeasurementWriteError(CrossroadsError):
    """A run's file could not be written, such as on a full disk."""


def reference_run(root: Path) -> Run | None:
    """Return the newest committed run of `measurements/`, or None when there is none."""
    runs = [load_run(path) for path in sorted((root / "measurements").glob("*.jsonl"))]
    return max(runs, key=lambda run: run.started, default=None)


def local_run(root: Path) -> Run | None:
    """Return this machine's run of this code and lock, `full` before `quick`, or None."""
    key = identify(root).key
    for profile in ("full", "quick"):
        path = local_path(root, profile, key)
        if path.exists():
            return load_run(path)
    return None


def local_path(root: Path, profile: str, key: str) -> Path:
    """Return where this machine's run of `profile` is kept; git ignores it."""
    return root / "measurements" / "local" / f"{profile}-{key}.jsonl"


def load_run(path: Path) -> Run:
    """Return the finished run that `path` holds.

    Raises:
        MeasurementFileError: The file is damaged, unfinished or of another format.
    """
    lines = _read_lines(path)
    header, body = _header(path, lines)
    if not body or "finished" not in body[-1]:
        raise MeasurementFileError(
            f"{path.name} is an unfinished measurement",
            f"it holds {len(body)} rows and no end line",
            "delete it and run: crossroads measure",
        )
    end = body.pop()
    if end["rows"] != len(body):
        raise MeasurementFileError(
            f"{path.name} is damaged: rows are missing",
            f"its end line says {end['rows']} rows, it holds {len(body)}",
            "delete it and run: crossroads measure (a committed run: git checkout it)",
        )
    return _understood(path, lambda: _run(header, body, end["finished"]))


class PartialRun:
    """A run while it is measured: every row is on disk before the next cell starts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """Where the finished run will be."""
        self.partial = path.with_suffix(".partial")
        """Where it is until then."""
        self._lock_file: TextIO | None = None

    def begin(self, header: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[Row, ...]]:
        """Return the header and rows to go on from: those of the unfinished run, or `header`.

        Raises:
            MeasurementWriteError: The file cannot be written, or another process writes it.
        """
        self._lock()
        if self.partial.exists():
            try:
                return self._resume()
            except MeasurementFileError:
                # A run cut off within its first line holds nothing worth keeping.
                self.partial.unlink()
        self._append({"format": FORMAT, **header}, mode="w")
        return header, ()

    def add(self, row: Row) -> None:
        """Keep `row` on disk.

        Raises:
            MeasurementWriteError: The disk is full, or the file cannot be written.
        """
        line = asdict(row, dict_factory=_said)
        self._append(line)

    def finish(self, finished: str, rows: int) -> None:
        """Give the run its end line and its final name.

        Raises:
            MeasurementWriteError: The disk is full, or the file cannot be written.
        """
        self._append({"finished": finished, "rows": rows})
        self.partial.replace(self.path)
        self.close()

    def close(self) -> None:
        """Let go of the file; another process may go on with it."""
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    def _lock(self) -> None:
        def lock() -> TextIO:
            self.partial.parent.mkdir(parents=True, exist_ok=True)
            return self.path.with_suffix(".lock").open("w")

        # Held for as long as this object lives, and let go by the system however we end.
        self._lock_file = _guarded(self.partial, lock)
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock_file.close()
            raise MeasurementWriteError(
                "another process is measuring this machine",
                f"it holds {self.path.with_suffix('.lock').name}",
                "wait for it, or end it; what it has measured is kept",
            ) from error

    def _resume(self) -> tuple[Mapping[str, Any], tuple[Row, ...]]:
        lines = _read_lines(self.partial, forgiving=True)
        header, body = _header(self.partial, lines)
        body = [line for line in body if "finished" not in line]
        rows = _understood(self.partial, lambda: tuple(_row(line) for line in body))
        # Written anew, so that a last line cut in half does not stay in the middle.
        text = "".join(json.dumps(line) + "\n" for line in [lines[0], *body])
        _guarded(self.partial, lambda: self.partial.write_text(text))
        return header, rows

    def _append(self, line: Mapping[str, Any], *, mode: str = "a") -> None:
        def write() -> None:
            self.partial.parent.mkdir(parents=True, exist_ok=True)
            with self.partial.open(mode) as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())

        _guarded(self.partial, write)


def _guarded[T](path: Path, write: Callable[[], T]) -> T:
    try:
        return write()
    except OSError as error:
        raise MeasurementWriteError(
            f"the measurement cannot be written to {path.name}",
            f"{path.parent}: {error.strerror}",
            "make room or set the rights, then run: crossroads measure (rows on disk are kept)",
        ) from error


def _read_lines(path: Path, *, forgiving: bool = False) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for number, text in enumerate(path.read_text(errors="replace").splitlines(), start=1):
        try:
            line = json.loads(text)
        except json.JSONDecodeError as error:
            if forgiving:
                break
            raise MeasurementFileError(
                f"{path.name} is damaged in line {number}",
                f"it is not JSON: {error}",
                "delete it and run: crossroads measure (a committed run: git checkout it)",
            ) from error
        if isinstance(line, dict):
            lines.append(line)
    return lines


def _header(path: Path, lines: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if not lines or "format" not in lines[0]:
        raise MeasurementFileError(
            f"{path.name} is not a measurement",
            "its first line is no header",
            "delete it and run: crossroads measure",
        )
    if lines[0]["format"] != FORMAT:
        raise MeasurementFileError(
            f"{path.name} is of format {lines[0]['format']}",
            f"this version reads format {FORMAT}",
            "measure again: crossroads measure",
        )
    return {key: value for key, value in lines[0].items() if key != "format"}, lines[1:]


def _understood[T](path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except (KeyError, TypeError) as error:
        raise MeasurementFileError(
            f"{path.name} is damaged: a field is missing or of the wrong kind",
            f"{type(error).__name__}: {error}",
            "delete it and run: crossroads measure (a committed run: git checkout it)",
        ) from error


def _run(header: Mapping[str, Any], body: list[dict[str, Any]], finished: str) -> Run:
    return Run(
        **{
            **header,
            "machine": Machine(**header["machine"]),
            "python": Python(**header["python"]),
            "finished": finished,
            "rows": _last_of_each(_row(line) for line in body),
        }
    )


def _last_of_each(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return one row for each cell and round: a disturbed window may have been repeated."""
    return tuple({(row.cell, row.round): row for row in rows}.values())


def _row(line: Mapping[str, Any]) -> Row:
    cell = dict(line["cell"])
    load = Load(**cell.pop("load"))
    figures = line.get("figures")
    return Row(
        cell=Cell(load=load, **cell),
        round=line["round"],
        figures=Figures(**figures) if figures else None,
        reason=line.get("reason"),
        noise=tuple(line.get("noise", ())),
        process=line.get("process", {}),
        unpinned=line.get("unpinned", False),
    )


def _said(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value for key, value in fields if value != _UNSAID.get(key)}
