"""Every path that was ever published, with the advice that it led to: links outlive the tree.

The file is only added to. A path that no longer walks needs a move in docs/decide/tree.yml; one
that ends in other advice is changed in the file by hand, so that somebody has decided it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from crossroads.decisions.model import Question, Tree
from crossroads.decisions.walk import WalkError, walk, walks
from crossroads.errors import CrossroadsError


class PermalinkError(CrossroadsError):
    """A link that was published does not lead to where it led."""


def published(file: Path) -> Mapping[str, str]:
    """Return each path in the file, with the id of its advice."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def unpublished(tree: Tree, known: Mapping[str, str]) -> Mapping[str, str]:
    """Return the paths of the tree that are not among those known, with their advice."""
    return {walked.path: walked.at.id for walked in walks(tree) if walked.path not in known}


def broken(tree: Tree, known: Mapping[str, str]) -> Iterator[PermalinkError]:
    """Yield an error for each known path that leads elsewhere now, or nowhere."""
    for path, advice in known.items():
        try:
            end = walk(tree, path.split(",")).at
        except WalkError as error:
            yield PermalinkError(
                f"the link '{path}' was published and leads nowhere: {error.problem}",
                f"it led to '{advice}'; {error.known}",
                "add it to 'moved' in docs/decide/tree.yml",
            )
            continue
        if isinstance(end, Question) or end.id != advice:
            yield PermalinkError(
                f"the link '{path}' was published and leads to '{end.id}' now",
                f"it led to '{advice}'",
                "add it to 'moved' in docs/decide/tree.yml, or change docs/decide/permalinks.txt",
            )


def refresh_permalinks(tree: Tree, file: Path) -> bool:
    """Add the paths that are not in the file yet, and return whether there were any."""
    new = unpublished(tree, published(file))
    with file.open("a", encoding="utf-8") as lines:
        lines.writelines(f"{path} {advice}\n" for path, advice in new.items())
    return bool(new)
