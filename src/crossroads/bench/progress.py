"""The progress bar of a run, with the time that is left."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from crossroads.bench.run import Progress
from crossroads.measurements.model import Cell


@contextmanager
def progress_bar(total: int) -> Iterator[Progress]:
    """Give a listener that draws a bar on standard error; without a terminal, a line per tenth."""
    if not sys.stderr.isatty():
        yield _lines
        return
    next_cell = ""
    with click.progressbar(
        range(total),
        label="measuring",
        item_show_func=lambda _item: next_cell,
        file=sys.stderr,
        width=24,
    ) as bar:

        def draw(cell: Cell | None, done: int, _total: int) -> None:
            nonlocal next_cell
            next_cell = cell.id if cell else ""
            bar.update(done - bar.pos)
            bar.render_progress()

        yield draw


def _lines(cell: Cell | None, done: int, total: int) -> None:
    if done * 10 // total != (done - 1) * 10 // total and cell is not None:
        click.echo(f"measured {done} of {total}, next: {cell.id}", err=True)
