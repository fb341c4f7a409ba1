"""A Markdown extension: a line such as `<!-- live: measured -->` becomes what was measured.

A line may name what it is about: `<!-- live: ledger tested -->`.

An extension rather than a hook, so that any generator that runs Python-Markdown can
build the pages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from crossroads.errors import CrossroadsError
from crossroads.measurements.model import Run
from crossroads.site.async_state import state_html
from crossroads.site.blocks import Kind, fence_counts
from crossroads.site.charts import cpu_per_request
from crossroads.site.connections import connections_html
from crossroads.site.data import Lanes, find_root, load_lanes
from crossroads.site.figure import NOT_MEASURED
from crossroads.site.frameworks import frameworks_html
from crossroads.site.generated import LINE
from crossroads.site.guide import advice_html, guide_html, map_html, never_html, options_html
from crossroads.site.ledger import ledger_html, summary_html
from crossroads.site.memory import digest_of, remembered
from crossroads.site.names import verified, version_list
from crossroads.site.pictures import PICTURES
from crossroads.site.proofs import proofs_html
from crossroads.site.rules import rules_html

_KINDS: Mapping[str, str] = {
    Kind.INCLUDED: "included from files that a test runs",
    Kind.RUN: "run as they stand",
    Kind.TRANSCRIPT: "transcripts that a test repeats",
    Kind.GENERATED: "written by the build",
    Kind.DIAGRAM: "drawings made from data",
    Kind.UNACCOUNTED: "proven by nothing",
}


class UnknownPartError(CrossroadsError):
    """A page asks for a live part that does not exist."""


@dataclass(frozen=True)
class Part:
    """What a live line stands for."""

    make: Callable[..., str]
    """Returns the HTML; called with the project's folder, and with what the line is about."""
    about: bool = False
    """Whether the line says what it is about."""
    anchored: bool = False
    """Whether other pages link to its ids. The HTML then stands in the Markdown itself, where
    MkDocs finds ids that a link may lead to."""
    sources: str = ""
    """Further files that it is made from, as a pattern under docs/."""


def measured(root: Path) -> str:
    """Return what was measured, on which machine, with which versions and when."""
    return facts(load_lanes(root))


def facts(lanes: Lanes) -> str:
    """Return the facts of each run, as HTML."""
    runs = "".join(_facts(name, run) for name, run in lanes.shown())
    return f'<div class="cr-measured">{runs}</div>'


def first_chart(root: Path) -> str:
    """Return the chart of CPU per request from one run: this build's, where there is one."""
    lanes = load_lanes(root)
    return cpu_per_request(replace(lanes, reference=None) if lanes.this_build else lanes).html


def code_counts(root: Path) -> str:
    """Return how many code blocks the site shows, by what proves them."""
    counts = fence_counts(root)
    if not any(counts.values()):
        return '<p class="cr-counts">At present these pages show none.</p>'
    items = "".join(
        f"<dt>{_KINDS.get(kind, kind)}</dt><dd>{count}</dd>"
        for kind, count in counts.items()
        if count or kind == Kind.UNACCOUNTED
    )
    return f'<dl class="cr-counts">{items}</dl>'


def _drawn(picture: Callable[[], str]) -> Callable[[Path], str]:
    return lambda _root: picture()


PARTS: Mapping[str, Part] = {
    "measured": Part(measured),
    "code-counts": Part(code_counts, sources="**/*.md"),
    "chart-cpu-per-request": Part(first_chart),
    "chart-connections": Part(connections_html),
    "ledger": Part(ledger_html, about=True, anchored=True),
    "ledger-summary": Part(summary_html),
    "frameworks": Part(frameworks_html),
    "async-state": Part(state_html, about=True),
    "proofs": Part(proofs_html, about=True, anchored=True, sources="../tests/evidence/*.py"),
    "rules": Part(rules_html, anchored=True),
    "guide": Part(guide_html, anchored=True),
    "advice": Part(advice_html, about=True),
    "guide-map": Part(map_html),
    "options": Part(options_html),
    "non-choices": Part(never_html, anchored=True),
    **{name: Part(_drawn(picture)) for name, picture in PICTURES.items()},
}
"""Name in the page to what it stands for."""


def _facts(name: str, run: Run | None) -> str:
    head = f'<p class="cr-measured__name">{name}</p>'
    if run is None:
        return f'<section class="cr-measured__run">{head}<p>{NOT_MEASURED}</p></section>'
    failed = sum(row.figures is None for row in run.rows)
    machine = run.machine
    facts = {
        "Last verified": f"{run.started[:10]}, {run.profile} profile",
        "Machine": f"{machine.cpu}, {machine.cores} cores, {machine.memory_gib} GiB",
        "Python": f"{run.python.version} ({run.python.build})",
        "Versions": version_list(verified(run.versions)),
        "Windows of load": f"{len(run.rows)}, of which {failed or 'none'} failed",
    }
    items = "".join(f"<dt>{term}</dt><dd>{escape(text)}</dd>" for term, text in facts.items())
    return f'<section class="cr-measured__run">{head}<dl>{items}</dl></section>'


def part(root: Path, name: str, about: str = "") -> str:
    """Return the HTML of the part with this name.

    Raises:
        UnknownPartError: There is none.
    """
    known = PARTS.get(name)
    if known is None or known.about != bool(about):
        raise UnknownPartError(
            f"a page asks for the live part '{f'{name} {about}'.strip()}', which does not exist",
            f"known parts: {', '.join(sorted(PARTS))}",
            "correct the page, or add the part to src/crossroads/site/live.py",
        )
    sources = (root / "docs").glob(known.sources) if known.sources else ()
    key = f"{name} {about} {digest_of(root, *sources)}"
    return remembered(key, lambda: known.make(root, *([about] if about else [])))


class _Live(Preprocessor):  # type: ignore[misc]
    def __init__(self, md: Markdown, root: str) -> None:
        super().__init__(md)
        self.root = root

    def run(self, lines: list[str]) -> list[str]:
        return [self._line(line) for line in lines]

    def _line(self, line: str) -> str:
        found = LINE.fullmatch(line.strip())
        if found is None:
            return line
        root = Path(self.root) if self.root else find_root(Path.cwd())
        html = part(root, found["name"], found["about"] or "")
        is_anchored = PARTS[found["name"]].anchored
        return html if is_anchored else str(self.md.htmlStash.store(html))


class LiveExtension(Extension):  # type: ignore[misc]
    """Registers the live lines; `root` is the folder of mkdocs.yml."""

    def __init__(self, **options: str) -> None:
        self.config = {"root": ["", "Folder of mkdocs.yml; found from the current one when empty"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is Markdown's
        """Register the preprocessor, after code fences have been taken out."""
        md.preprocessors.register(_Live(md, self.getConfig("root")), "live", 22)


def makeExtension(**options: str) -> LiveExtension:  # noqa: N802 - the name is Markdown's
    """Return the extension; Python-Markdown calls this."""
    return LiveExtension(**options)
