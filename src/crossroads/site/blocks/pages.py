"""Where the site's text comes from: Markdown pages, notebooks, raw HTML pages and templates."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jupytext
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils import is_markdown_file
from mkdocs.utils.meta import get_data

from crossroads.site.blocks.html import code_elements
from crossroads.site.blocks.model import Shown
from crossroads.site.blocks.render import Renderer
from crossroads.site.generated import DIAGRAMS, GENERATED, live_lines

NOTEBOOKS = "mkdocs-jupyter"
CELL = "notebook cell"
RAW_CELL = "a raw cell, whose text is put on the page as it is"
NOTEBOOK_SETTINGS: dict[str, object] = {
    "execute": True,
    "allow_errors": False,
    "execute_include": [],
    "execute_ignore": [],
}
TAGS_THAT_HIDE_ERRORS = {"raises-exception", "skip-execution"}


def read_config(root: Path) -> MkDocsConfig:
    """Return the site's configuration as MkDocs reads it."""
    return load_config(str(root / "mkdocs.yml"))


def shown_blocks(root: Path, config: MkDocsConfig) -> Iterator[tuple[Path, str, list[Shown]]]:
    """Yield each page with its source and its code blocks."""
    renderer = Renderer(root, config)
    notebooks = config.plugins.get(NOTEBOOKS)
    for page in sorted(p for p in Path(config.docs_dir).rglob("*") if p.is_file()):
        if notebooks and notebooks.should_include(SimpleNamespace(abs_src_path=str(page))):
            blocks = list(_notebook_blocks(page, notebooks.config, renderer))
        elif is_markdown_file(page.name):
            text = get_data(page.read_text(encoding="utf-8"))[0]
            blocks = [*renderer.blocks(text), *_generated_blocks(text, root)]
        elif page.suffix in {".html", ".htm"}:
            blocks = _html_blocks(page)
        else:
            continue
        yield page, page.read_text(encoding="utf-8"), blocks
    for template in sorted(Path(config.theme.custom_dir or root / "none").rglob("*.html")):
        yield template, template.read_text(encoding="utf-8"), _html_blocks(template)


def _generated_blocks(text: str, root: Path) -> Iterator[Shown]:
    for name, about in live_lines(text):
        codes = GENERATED[name](root, about) if name in GENERATED else [name] * (name in DIAGRAMS)
        yield from (Shown(language="", text=code, maker=name) for code in codes)


def _html_blocks(page: Path) -> list[Shown]:
    found = code_elements(page.read_text(encoding="utf-8"))
    return [Shown(language=element.language, text=element.text) for element in found]


def _notebook_blocks(page: Path, settings: Any, renderer: Renderer) -> Iterator[Shown]:  # noqa: ANN401 - the plugin's own mapping
    wrong = [
        f"{name}: {settings[name]!r} in mkdocs.yml"
        for name, value in NOTEBOOK_SETTINGS.items()
        if settings[name] != value
    ]
    for cell in jupytext.read(page).cells:
        if cell.cell_type == "markdown":
            # The first such cell may hold the page's metadata, which no reader sees.
            is_headed = cell.source.startswith("---")
            text = get_data(cell.source + "\n")[0] if is_headed else cell.source
            for block in renderer.blocks(text):
                yield Shown(
                    language=block.language,
                    text=block.text,
                    flaw=block.flaw or "a block in a Markdown cell",
                )
        elif cell.cell_type == "raw":
            yield Shown(language="", text=cell.source, flaw=RAW_CELL)
        elif cell.source.strip():
            tags = sorted(TAGS_THAT_HIDE_ERRORS & set(cell.metadata.get("tags", [])))
            flaws = [*wrong, *(f"a cell with the tag {tag}" for tag in tags)]
            if cell.source.lstrip().startswith("%%"):
                flaws.append("a cell magic, which may keep the cell from running")
            if flaws or (settings["show_input"] and not settings["no_input"]):
                yield Shown(language=CELL, text=cell.source, flaw=next(iter(flaws), ""))
