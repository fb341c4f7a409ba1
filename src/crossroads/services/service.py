"""What every service beside the app has: an address, and processes that end with it."""

from dataclasses import dataclass
from typing import Self

from crossroads.services.process import Process


@dataclass(frozen=True)
class Service:
    """A service that answers; a context manager that ends what we started for it."""

    url: str
    """Where it answers."""
    processes: list[Process]
    """What we started for it; empty when it was there already."""

    def stop(self) -> None:
        """End what we started for it."""
        for process in self.processes:
            process.stop()

    def __enter__(self) -> Self:
        """Return itself; leaving the block ends the service."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the service."""
        self.stop()
