"""Where the site finds its measurements: this build's run and the committed reference run."""

from dataclasses import dataclass
from pathlib import Path

from crossroads.errors import CrossroadsError
from crossroads.measurements.model import Run
from crossroads.measurements.store import local_run, reference_run


class NoRootError(CrossroadsError):
    """No folder at or above the current one holds mkdocs.yml."""


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """The two runs that a chart may show. They are drawn side by side, never combined."""

    this_build: Run | None = None
    """Measured on this machine with this code; None when it was not measured here."""
    reference: Run | None = None
    """The committed run; None before the first one."""

    def shown(self) -> tuple[tuple[str, Run | None], ...]:
        """Return the lanes to draw, named for the reader.

        The lane of this build is there even when it is empty, so that nobody takes the
        reference for a measurement of this machine.
        """
        lanes = ("This build", self.this_build), ("Reference", self.reference)
        return lanes if self.reference else lanes[:1]


def load_lanes(root: Path | None = None) -> Lanes:
    """Return the runs kept under `root`, by default the project around the current folder.

    Raises:
        NoRootError: There is no project around the current folder.
        MeasurementFileError: A run's file is damaged.
    """
    root = root or find_root(Path.cwd())
    return Lanes(this_build=local_run(root), reference=reference_run(root))


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds mkdocs.yml.

    Raises:
        NoRootError: None does.
    """
    for folder in (start, *start.parents):
        if (folder / "mkdocs.yml").is_file():
            return folder
    raise NoRootError(
        f"no mkdocs.yml at or above {start}",
        "measurements are kept beside mkdocs.yml",
        "run this from inside the project",
    )
