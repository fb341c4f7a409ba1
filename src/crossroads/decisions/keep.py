"""Decision records as files: none is replaced by accident."""

from pathlib import Path

import click

from crossroads.errors import CrossroadsError

STANDARD_OUTPUT = Path("-")


class RecordFileError(CrossroadsError):
    """A record cannot be written where it was asked for."""


def require_place(file: Path, *, overwrite: bool) -> None:
    """Make sure that a record can be written to `file`.

    Raises:
        RecordFileError: Its folder is missing, or it is there and may not be overwritten.
    """
    if file == STANDARD_OUTPUT:
        return
    if not file.parent.is_dir():
        raise RecordFileError(
            f"the record cannot be written to {file}",
            f"there is no folder {file.parent}",
            "make the folder, or name another file",
        )
    if file.exists() and not overwrite:
        raise RecordFileError(
            f"the record is not written: {file} is there already",
            "a record that was kept is not replaced unasked",
            "name another file, or add --overwrite",
        )


def keep(record: str, file: Path) -> None:
    """Write a record to `file`, or to standard output."""
    with click.open_file(str(file), "w", encoding="utf-8") as out:
        out.write(record)
    if file != STANDARD_OUTPUT:
        click.echo(f"The record is in {file}.", err=True)
