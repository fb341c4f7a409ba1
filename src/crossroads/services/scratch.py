"""Folders for what a service writes, and the user that it runs as when we are root."""

import os
import pwd
import stat
import tempfile
from pathlib import Path

from crossroads.services.process import ServiceError


def unprivileged_user() -> str | None:
    """Return whom to run a program as that refuses to be root; None when we are not root."""
    return "nobody" if os.geteuid() == 0 else None


def make_scratch(name: str, user: str | None) -> Path:
    """Return a new folder of the user's own, in a place that the user can reach.

    Args:
        name: Of the service, for the folder's name and for messages.
        user: Whose it is; None for ourselves.

    Raises:
        ServiceError: No place for such folders can be entered by the user.
    """
    prefix = f"crossroads-{name.lower()}-"
    if user is None:
        return Path(tempfile.mkdtemp(prefix=prefix))
    places = [Path(place) for place in (tempfile.gettempdir(), "/tmp", "/var/tmp")]  # noqa: S108 - mkdtemp makes the names
    for place in places:
        if all(folder.stat().st_mode & stat.S_IXOTH for folder in (place, *place.parents)):
            scratch = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
            give(scratch, user)
            return scratch
    raise ServiceError(
        f"{name} cannot run as root, and {user} has no folder for its data",
        f"closed to others: {', '.join(map(str, places))}",
        "set TMPDIR to a folder that others may enter, or do not run this as root",
    )


def give(path: Path, user: str) -> None:
    """Make the user own a file, a link or a folder."""
    owner = pwd.getpwnam(user)
    os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
