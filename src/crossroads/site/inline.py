"""Inline Markdown of the guide as HTML: code, emphasis, links, and numbers bound to evidence.

The guide's texts stand on several pages, so their links, written relative to docs/decide/,
are made relative to the page that shows them.
"""

import posixpath
from functools import cache
from pathlib import Path
from re import sub
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from crossroads.site.addresses import address
from crossroads.site.numbers import NumbersExtension

GUIDE = "decide"
"""Folder of docs/ that the links of the guide's texts are relative to."""


def inline_html(text: str, root: Path, page: str, home: str = GUIDE) -> str:
    """Return one text of the guide as inline HTML.

    Args:
        text: Inline Markdown.
        root: The project's folder.
        page: The page that shows it, relative to docs/, such as `decide/threads.md`.
        home: Folder of docs/ that the text's links are relative to.
    """
    html: str = _markdown(str(root), page, home).reset().convert(text.strip())
    return sub(r"^<p>(.*)</p>$", r"\1", html)


class _Links(Treeprocessor):  # type: ignore[misc]
    page = ""
    home = ""

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            href = link.get("href", "")
            if "://" not in href and href.partition("#")[0]:
                target = posixpath.normpath(posixpath.join(self.home, href))
                link.set("href", address(target, self.page))


class _LinksExtension(Extension):  # type: ignore[misc]
    def __init__(self, page: str, home: str) -> None:
        super().__init__()
        self.page = page
        self.home = home

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is Markdown's
        links = _Links(md)
        links.page, links.home = self.page, self.home
        md.treeprocessors.register(links, "guide-links", 10)


@cache
def _markdown(root: str, page: str, home: str) -> Markdown:
    return Markdown(extensions=[NumbersExtension(root=root), _LinksExtension(page, home)])
