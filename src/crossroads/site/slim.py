"""One style sheet in place of seven, without what no page of this site can use.

Material's style sheet is made for every site that there may be, so a good part of it styles what
none of our pages holds. The rest and ours are one file, which a browser asks for once.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import override

from tinycss2 import parse_blocks_contents, parse_rule_list, parse_stylesheet  # type: ignore[import-untyped]
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule  # type: ignore[import-untyped]

_LINK = re.compile(r'\s*<link rel="stylesheet" href="(?P<root>[^"]*?)(?P<path>assets/[^"]+\.css)">')
_WORD = re.compile(r"[\w-]+")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
_GROUPS = {"media", "supports", "container", "layer"}
"""At-rules that hold rules; any other stays as it is."""


def slim(site: Path) -> None:
    """Give a built site one style sheet, and have every page ask for that alone."""
    pages = {page: page.read_text("utf-8") for page in site.rglob("*.html")}
    sheets = dict.fromkeys(link["path"] for html in pages.values() for link in _LINK.finditer(html))
    if not sheets:
        return
    scripts = (script.read_text("utf-8") for script in site.glob("assets/**/*.js"))
    css = slimmed(
        "\n".join((site / sheet).read_text("utf-8") for sheet in sheets), pages.values(), scripts
    )
    # The name tells a browser that holds an older one that this is another.
    name = f"assets/site.{sha256(css.encode()).hexdigest()[:8]}.css"
    for page, html in pages.items():
        page.write_text(_linked(html, name), "utf-8")
    for sheet in sheets:
        (site / sheet).unlink()
        (site / f"{sheet}.map").unlink(missing_ok=True)
    (site / name).write_text(css, "utf-8")


def _linked(html: str, name: str) -> str:
    first = _LINK.search(html)
    if first is None:
        return html
    link = f'\n<link rel="stylesheet" href="{first["root"]}{name}">'
    return f"{html[: first.start()]}{link}{_LINK.sub('', html[first.start() :])}"


def slimmed(css: str, pages: Iterable[str], scripts: Iterable[str]) -> str:
    """Return a style sheet without comments, rules that match nothing, and unused variables.

    What a page or a script does not name is in no attribute of a page, ever: a class, an id, a
    value.

    >>> css = "p, .gone { top: 0 } .gone { top: 0 } @media print { .gone { top: 0 } }"
    >>> slimmed(css, ["<p class='here'>gone</p>"], [])
    'p{top:0}'
    """
    words: set[str] = set()
    for script in scripts:
        words.update(_WORD.findall(script))
    for page in pages:
        reader = _Attributes()
        reader.feed(page)
        words |= reader.words
    # Many a variable is used by rules alone that are gone by then.
    used = _rules(_parsed(css), _Use(words))
    return _rules(_parsed(used), _Use(words, words | set(_VARIABLE.findall(used))))


@dataclass(frozen=True)
class _Use:
    words: set[str]
    variables: set[str] | None = None
    """The variables that are used; all, when there is none."""


class _Attributes(HTMLParser):
    """Collects the words of all values of attributes, and of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.words: set[str] = set()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for _, value in attrs:
            self.words.update(_WORD.findall(value or ""))

    @override
    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self.words.update(_WORD.findall(data))


def _parsed(css: str) -> list[Node]:
    return list(parse_stylesheet(css, skip_comments=True, skip_whitespace=True))


def _rules(rules: Iterable[Node], use: _Use) -> str:
    return "".join(_rule(rule, use) for rule in rules)


def _rule(rule: Node, use: _Use) -> str:
    if isinstance(rule, QualifiedRule):
        head = ",".join(
            _text(one) for one in _selectors(rule.prelude) if _can_match(one, use.words)
        )
        body = _body(rule.content, use)
    elif isinstance(rule, AtRule) and rule.lower_at_keyword in _GROUPS and rule.content:
        head = f"@{rule.at_keyword} {_text(rule.prelude)}"
        inner = parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        body = _rules(inner, use)
    else:
        return str(rule.serialize())
    return f"{head}{{{body}}}" if head and body else ""


def _selectors(prelude: Iterable[Node]) -> Iterator[list[Node]]:
    one: list[Node] = []
    for node in prelude:
        if node == ",":
            yield one
            one = []
        else:
            one.append(node)
    yield one


def _can_match(selector: list[Node], words: set[str]) -> bool:
    """Tell whether each class, id and value is on a page; what is in `:not()` need not be."""
    before: Node | str = ""
    for node in selector:
        if node.type == "hash" or (node.type == "ident" and before == "."):
            named = {node.value}
        elif node.type == "[] block":
            values = [one.value for one in node.content if one.type in {"ident", "string"}]
            named = {word for value in values[1:2] for word in _WORD.findall(value)}
        else:
            named = set()
        if not named <= words:
            return False
        before = node
    return True


def _body(content: Iterable[Node], use: _Use) -> str:
    parts = []
    kept = use.variables
    for one in parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if not isinstance(one, Declaration):
            parts.append(_rule(one, use))
        elif kept is None or not one.name.startswith("--") or one.name in kept:
            important = "!important" if one.important else ""
            parts.append(f"{one.name}:{_text(one.value)}{important};")
    return "".join(parts).removesuffix(";")


def _text(tokens: Iterable[Node]) -> str:
    """Return tokens as CSS, without comments and with single spaces."""
    shown = (one for one in tokens if one.type != "comment")
    return "".join(" " if one.type == "whitespace" else one.serialize() for one in shown).strip()
