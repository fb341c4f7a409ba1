"""Addresses of pages as links from other pages, for HTML that MkDocs does not rewrite."""

import posixpath

from crossroads.decisions.render.inline import served


def address(target: str, page: str) -> str:
    """Return the address of a source file of docs/ as a link on `page`.

    >>> address("evidence/index.md#wait-1", "decide/threads.md")
    '../../evidence/#wait-1'
    >>> address("decide/index.md", "decide/index.md")
    './'
    """
    path, _, anchor = target.partition("#")
    link = posixpath.relpath(f"/{served(path)}", f"/{served(page)}")
    return f"{link}/{'#' if anchor else ''}{anchor}"
