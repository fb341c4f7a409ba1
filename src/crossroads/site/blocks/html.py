"""The blocks of code in rendered HTML, whatever made them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

BLOCK_TAGS = {"pre", "xmp", "listing", "plaintext", "textarea"}
INLINE_TAGS = {"code", "kbd", "samp", "tt"}
KEEPS_LINES = re.compile(r"white-space\s*:\s*(pre|break-spaces)")


@dataclass
class CodeElement:
    """One element that shows its text line by line in the way of code."""

    attributes: dict[str, str]
    tag: str
    classes: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text inside."""
        return "".join(self.pieces)

    @property
    def language(self) -> str:
        """The language that the classes name, empty when they name none."""
        named = [c.partition("-")[2] for c in self.classes if c.startswith(("language-", "lang-"))]
        return next(iter([*named, *self.classes]), "")


class CodeElements(HTMLParser):
    """Collects the code elements of a page; text in comments is not seen, as in a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[CodeElement] = []
        self._open: list[CodeElement] = []
        self._inline = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, or turn inline code of several lines into one."""
        attributes = {name: value or "" for name, value in attrs}
        if tag in BLOCK_TAGS or KEEPS_LINES.search(attributes.get("style", "")):
            element = CodeElement(attributes=attributes, tag=tag)
            self.found.append(element)
            self._open.append(element)
        for element in self._open[-1:]:
            element.classes += attributes.get("class", "").split()
        if tag in INLINE_TAGS:
            self._inline += 1
        if tag == "br" and self._inline and not self._open:
            self.found.append(CodeElement(attributes={}, tag="br"))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost block of this name."""
        if tag in INLINE_TAGS:
            self._inline = max(0, self._inline - 1)
        if self._open and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Give the text to each open block."""
        for element in self._open:
            element.pieces.append(data)


def code_elements(html: str) -> list[CodeElement]:
    """Return the code blocks of an HTML page, in order.

    >>> [e.text for e in code_elements("<!-- <pre>a</pre> --><p><code>b</code><pre>c</pre>")]
    ['c']
    """
    parser = CodeElements()
    parser.feed(html)
    parser.close()
    return parser.found
