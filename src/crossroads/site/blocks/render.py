"""The code blocks of a Markdown text, as the site's own parser shows them."""

import re
import secrets
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from mkdocs.config.defaults import MkDocsConfig
from pymdownx.superfences import (
    SuperFencesCodeExtension,
)

from crossroads.site.blocks.html import code_elements
from crossroads.site.blocks.includes import IncludeExtension
from crossroads.site.blocks.model import Shown

FENCE = re.compile(r"^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(?:`{3,}[^`]*|~{3,}.*)$")
SNIPPETS = "pymdownx.snippets"
LIVE = "crossroads.site.live"


class LeftoverFences(Preprocessor):  # type: ignore[misc]
    """Remembers lines that look like a fence after the fences were taken out."""

    lines: tuple[str, ...] = ()

    def run(self, lines: list[str]) -> list[str]:
        """Leave the lines as they are."""
        self.lines = tuple(line for line in lines if FENCE.match(line))
        return lines


class Renderer:
    """The site's Markdown parser, told to report its code blocks.

    Every formatter of a fence is replaced by one that notes language and text. So a language that
    the site turns into something else, for example a drawing, is counted too.
    """

    def __init__(self, root: Path, config: MkDocsConfig) -> None:
        settings: dict[str, Any] = config.mdx_configs
        extensions = list(config.markdown_extensions)
        # Without the extension the site finds no file, so no base path may find one here.
        snippets = settings.get(SNIPPETS, {}) if SNIPPETS in extensions else {"base_path": []}
        self._includes = IncludeExtension(root, snippets)
        # What a live line writes is counted by what it is made from.
        names = [name for name in extensions if name not in {SNIPPETS, LIVE}]
        self._markdown = Markdown(
            extensions=[self._includes, *names],
            extension_configs={name: settings[name] for name in names if name in settings},
        )
        self._noted: list[tuple[str, str]] = []
        self._attribute = f"data-{secrets.token_hex(8)}"
        for extension in self._markdown.registeredExtensions:
            if isinstance(extension, SuperFencesCodeExtension):
                for fence in extension.superfences:
                    fence["formatter"] = self._note
        self._leftover = LeftoverFences(self._markdown)
        # Just below superfences (25) and above raw HTML (20).
        self._markdown.preprocessors.register(self._leftover, "crossroads_leftover", 24.5)

    def _note(self, *, src: str, language: str, **_: Any) -> str:  # noqa: ANN401 - superfences' call
        self._noted.append((language or "", src))
        return f'<pre {self._attribute}="{len(self._noted) - 1}"></pre>'

    def blocks(self, text: str) -> list[Shown]:
        """Return each code block of the text, in the order of the rendered page."""
        self._noted.clear()
        self._includes.reader.includes.clear()
        html = self._markdown.reset().convert(text)
        blocks = []
        for element in code_elements(html):
            number = element.attributes.get(self._attribute)
            language, code = (
                (element.language, element.text) if number is None else self._noted[int(number)]
            )
            includes, literal = self._includes.reader.find(code)
            blocks.append(Shown(language=language, text=code, includes=includes, literal=literal))
        return [*blocks, *self._stray_includes(blocks), *self._broken_fences()]

    def _stray_includes(self, blocks: list[Shown]) -> list[Shown]:
        in_blocks = {id(include) for block in blocks for include in block.includes}
        return [
            Shown(language="", text="", includes=(i,), flaw="an include outside a code block")
            for i in self._includes.reader.includes
            if id(i) not in in_blocks
        ]

    def _broken_fences(self) -> list[Shown]:
        return [
            Shown(language="", text=line, flaw="a fence that the site does not show as a block")
            for line in self._leftover.lines
        ]
