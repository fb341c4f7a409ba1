"""Inline Markdown of the guide, outside the site: links as text, or as addresses of the site."""

import re
from urllib.parse import urljoin

# A code span comes first, so that what looks like a link inside it stays as it is.
_PART = re.compile(
    r"(?P<ticks>(?<!`)`+(?!`)).+?(?<!`)(?P=ticks)(?!`)"
    r"|\[(?P<text>(?:`[^`]*`|[^\[\]`])+)\]\((?P<target>[^()\s]+)\)",
    re.DOTALL,
)


def plain(text: str) -> str:
    """Return `text` with the text of each link in place of the link.

    >>> plain("See [4.2×](../evidence/index.md#asgi-alone) and [`-k`](threads.md).")
    'See 4.2× and `-k`.'
    """
    return _PART.sub(lambda part: part["text"] or part[0], text)


def linked(text: str, base_url: str) -> str:
    """Return `text` with links under `base_url`, plain where there is none.

    >>> linked("See [threads](threads.md).", "https://example.org/")
    'See [threads](https://example.org/decide/threads/).'
    >>> linked("See [threads](threads.md).", "")
    'See threads.'
    """
    return _PART.sub(
        lambda part: link(part["text"], part["target"], base_url) if part["text"] else part[0], text
    )


def link(text: str, target: str, base_url: str) -> str:
    """Return a link to `target`, only its text when it is on the site and there is no address."""
    if "://" in target:
        return f"[{text}]({target})"
    return f"[{text}]({address(target, base_url)})" if base_url else text


def address(target: str, base_url: str) -> str:
    """Return the address of what is named relative to docs/decide/.

    >>> address("../evidence/index.md#wait-n.async", "https://example.org")
    'https://example.org/evidence/#wait-n.async'
    >>> address("../evidence/waiting.py", "https://example.org")
    'https://example.org/evidence/waiting/'
    """
    path, mark, anchor = target.partition("#")
    return urljoin(f"{base_url.rstrip('/')}/decide/", served(path)) + mark + anchor


def served(source: str) -> str:
    """Return where the page of a source file is served.

    >>> served("../evidence/index.md"), served("threads.md"), served("index.md")
    ('../evidence/', 'threads/', '')
    """
    return re.sub(r"(^|/)index/$", r"\1", re.sub(r"\.(md|py)$", "/", source))


def permalink(path: str, base_url: str) -> str:
    """Return the address of the guide after the answers in `path`, within the site without a base.

    >>> permalink("slow,load", "https://example.org/")
    'https://example.org/decide/#slow,load'
    >>> permalink("", "")
    '/decide/'
    """
    return address(f"index.md{path and '#'}{path}", base_url)
