"""Numbers in the committed text: kept equal to the reference, and none without evidence.

Both work on the sources, so that they hold for whatever generator builds the site.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext
import yaml

from crossroads.evidence.ledger import Ledger
from crossroads.evidence.rules import RULES
from crossroads.site.numbers import citation

_LINK = re.compile(r"\[(?P<text>[^\[\]]+)\]\((?P<href>[^()\s]*#[a-z0-9.-]+)\)")
_LEDGER_PAGE = "evidence/index.md"
_RULES_PAGE = "evidence/rules.md"

_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|"
    "sixty|eighty|ninety|hundreds?|thousands?|dozens?"
)
_UNITS = (
    r"ns|µs|us|ms|s|sec|seconds?|milliseconds?|microseconds?|minutes?|min|hours?|h|days?|"
    r"req/s|requests?|KB|MB|GB|TB|KiB|MiB|GiB|kB|percent|times|x|-?fold|threads?|connections?|"
    r"hops?|process(?:es)?|workers?|cores?|clients?|quer(?:ies|y)|calls?|sockets?|streams?|users?"
)
_COUNTED = (
    "milliseconds?|seconds?|minutes?|percent|times|-?fold|threads|connections|hops|cores|requests"
)
_BARE = re.compile(
    rf"""(?<![\w.,-])
    (?: \d[\d.,]* (?:\s*(?:–|-|to|or)\s*\d[\d.,]*)? \s* (?:[%×] | (?:\w+\s)?(?:{_UNITS})\b)
    |   (?:{_WORDS}) (?:\s\w+)? \s (?:{_COUNTED})\b
    |   (?:twice|half|double|triple) \s as \s (?:much|many|fast|slow|long)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Passage:
    """A piece of prose and where it stands."""

    where: str
    """Such as `docs/wsgi/index.md:12`."""
    text: str


def pages(root: Path) -> list[Path]:
    """Return every source of prose: pages, notebooks and the guide's questions."""
    docs = root / "docs"
    found = [*docs.rglob("*.md"), *docs.rglob("*.py"), *docs.rglob("*.yml")]
    return sorted(path for path in found if "assets" not in path.parts)


def refreshed(text: str, folder: str, ledger: Ledger) -> str:
    """Return `text` with each cited number as the reference has it.

    Args:
        text: Source of a page.
        folder: Folder of the page, relative to docs/.
        ledger: Its reference findings are used; a number that they lack stays.

    Raises:
        UnknownEvidenceError: The text cites an id that does not exist.
        UnknownQuantityError: The text cites a quantity that does not exist.
    """

    def now(link: re.Match[str]) -> str:
        value = _reference(link["text"], link["href"], folder, ledger)
        return f"[{value or link['text']}]({link['href']})"

    return _LINK.sub(now, text)


def _reference(text: str, href: str, folder: str, ledger: Ledger) -> str | None:
    path, _, anchor = href.partition("#")
    target = posixpath.normpath(posixpath.join(folder, path)) if path else folder
    if target == _RULES_PAGE and anchor in RULES:
        return RULES[anchor].value
    if target == _LEDGER_PAGE or (not path and folder == "evidence"):
        cited = citation(f"{_LEDGER_PAGE}#{anchor}", text)
        return ledger.reference[cited.evidence_id].values.get(cited.quantity) if cited else None
    return None


def refresh_numbers(root: Path, ledger: Ledger) -> list[Path]:
    """Write the reference's numbers into every page and return the pages that changed."""
    changed = []
    for path in pages(root):
        old = path.read_text(encoding="utf-8")
        folder = path.parent.relative_to(root / "docs").as_posix()
        new = refreshed(old, folder, ledger)
        if new != old:
            path.write_text(new, encoding="utf-8")
            changed.append(path.relative_to(root))
    return changed


def bare_quantities(text: str) -> list[str]:
    """Return every quantity in prose that is no link to its evidence.

    >>> bare_quantities("It costs 4.2× as much, [0.39 ms](../evidence/index.md#base.gthread).")
    ['4.2×']
    >>> bare_quantities("`--threads 8` starts one thread for each of two hundred requests")
    ['two hundred requests']
    """
    return [found.group().strip() for found in _BARE.finditer(_without_links_and_code(text))]


def _without_links_and_code(text: str) -> str:
    text = re.sub(r"^([ \t>]*)(```+|~~~+).*?^\1\2", " ", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"<!--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"(`+).+?\1", "code", text, flags=re.DOTALL)
    text = _LINK.sub(lambda link: "" if _is_evidence(link["href"]) else link["text"], text)
    return re.sub(r"\]\([^()\s]*\)|<[^<>]+>", "]", text)


def _is_evidence(href: str) -> bool:
    return "index.md#" in href or "rules.md#" in href


def prose(path: Path, root: Path) -> Iterator[Passage]:
    """Yield the prose of one source: a page's text and metadata, a notebook's cells, the tree."""
    name = path.relative_to(root).as_posix()
    if path.suffix == ".py":
        cells = jupytext.read(path).cells
        yield Passage(name, "\n\n".join(c.source for c in cells if c.cell_type == "markdown"))
        return
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yml":
        yield from (Passage(name, value) for value in _values(yaml.safe_load(text)))
        return
    if text.startswith("---\n"):
        head, text = text[4:].split("\n---\n", 1)
        yield from (Passage(name, value) for value in _values(yaml.safe_load(head)))
    yield Passage(name, text)


def _values(node: object, key: str = "") -> Iterator[str]:
    """Yield the texts of a tree of YAML; a command is code and no prose."""
    if isinstance(node, dict):
        for inner, value in node.items():
            yield from _values(value, str(inner))
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, key)
    elif isinstance(node, str) and key != "run":
        yield node
