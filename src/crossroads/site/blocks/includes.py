"""Which file and section each `--8<--` line of a page asks for.

The site's own snippet reader finds the lines and the files; only the text that it would insert is
replaced by a marker, so that the blocks of the rendered page can be traced to their files.
"""

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from markdown import Markdown
from pymdownx.snippets import (
    SnippetExtension,
    SnippetPreprocessor,
)

from crossroads.site.blocks.model import Include

MISSING = "/no such file"


class IncludeReader(SnippetPreprocessor):  # type: ignore[misc]  # pymdownx has no types
    """Replaces the text of each include by a marker and remembers what was asked for."""

    def __init__(self, config: Mapping[str, Any], md: Markdown) -> None:
        # A page that a network could change is refused, so nothing is ever fetched.
        super().__init__({**config, "url_download": False, "check_paths": False}, md)
        self.token = f"crossroads-{secrets.token_hex(8)}"
        self.includes: list[Include] = []

    def parse_snippet_target(self, path: str) -> dict[str, Any]:
        """Return the parts of a path, and the path as the page spells it."""
        target = super().parse_snippet_target(path)
        return (
            {"path": MISSING, "start": [], "end": [], "section": None}
            | (target or {})
            | {"spelled": path}
        )

    def get_snippet_path(self, path: str) -> str:
        """Return the file, or a name that cannot exist."""
        return super().get_snippet_path(path) or MISSING

    def read_lines(self, path: str) -> list[str]:
        """Return the lines of a file that exists."""
        return [] if path == MISSING else super().read_lines(path)

    def process_snippet_lines(self, lines: list[str], target: dict[str, Any]) -> list[str]:
        """Remember the include and return its marker in place of its lines."""
        found = target["snippet"]
        self.includes.append(
            Include(
                spelled=target["spelled"],
                path=None if found == MISSING else Path(found),
                section=target["section"],
                by_lines=bool(target["start"]),
                has_includes=any(map(is_include_line, lines)),
            )
        )
        return [f"{self.token}-{len(self.includes) - 1}"]

    def find(self, text: str) -> tuple[tuple[Include, ...], bool]:
        """Return the includes that stand in rendered text, and whether other text is there."""
        marker = re.compile(rf"{self.token}-(\d+)")
        numbers = [int(number) for number in marker.findall(text)]
        return tuple(self.includes[n] for n in numbers), bool(marker.sub("", text).strip())


class IncludeExtension(SnippetExtension):  # type: ignore[misc]  # pymdownx has no types
    """Stands in for `pymdownx.snippets` with the same settings."""

    def __init__(self, root: Path, settings: Mapping[str, Any]) -> None:
        super().__init__(**settings)
        self.root = root
        self.reader: IncludeReader

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the reader where the snippet reader would be."""
        self.md = md
        md.registerExtension(self)
        settings = self.getConfigs()
        bases = settings["base_path"]
        bases = [bases] if not isinstance(bases, list | tuple) else bases
        settings["base_path"] = [str(self.root / base) for base in bases]
        self.reader = IncludeReader(settings, md)
        md.preprocessors.register(self.reader, "snippet", 32)


def is_include_line(line: str) -> bool:
    """Return whether the site's snippet reader would act on this line of an included file."""
    found = SnippetPreprocessor.RE_ALL_SNIPPETS.match(line)
    return found is not None and not found["escape"]


@lru_cache
def sections(text: str) -> dict[str, range]:
    r"""Return the lines of each closed, named section of a file, counted from 1.

    A section that is opened twice, or not closed, is left out: what a reader of the page would get
    is then not what the file seems to say.

    >>> sections("# --8<-- [start:fetch]\nx = 1\n# --8<-- [end:fetch]\n")
    {'fetch': range(2, 3)}
    """
    starts: dict[str, list[int]] = {}
    ends: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = SnippetPreprocessor.RE_SNIPPET_SECTION.match(line)
        if found and not found["escape"]:
            place = starts if found["type"].lower() == "start" else ends
            place.setdefault(found["name"], []).append(number)
    return {
        name: range(opened[0] + 1, ends[name][0])
        for name, opened in starts.items()
        if len(opened) == len(ends.get(name, [])) == 1 and opened[0] < ends[name][0]
    }
