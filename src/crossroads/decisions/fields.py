"""YAML read strictly: what is missing, unknown, doubled or no text is an error with its place.

The nodes are read, not the values made of them, because only a node knows its line and how it
was spelled: YAML 1.1 takes `on` and `no` for booleans and drops the first of two equal keys.
"""

from collections.abc import Collection
from dataclasses import dataclass

import yaml

from crossroads.errors import CrossroadsError

_KIND = {
    "str": "text",
    "bool": "a boolean",
    "null": "nothing",
    "map": "a mapping",
    "seq": "a list",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
}


class ContentError(CrossroadsError):
    """A file of the guide does not have the form that is read."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One value of a YAML file, with its place."""

    node: yaml.Node
    file: str
    """Path as a person would open it."""
    name: str = ""
    """Keys that lead here, such as `questions.start.answers[2]`; empty for the whole file."""
    key: yaml.Node | None = None
    """The key that this stands under, where a person looks for it."""

    def text(self) -> str:
        """Return the text that this is."""
        if _kind(self.node) != "text":
            raise self.error("text is needed here", "put it in quotes to make it text")
        return str(self.node.value).strip()

    def one_of(self, allowed: Collection[str]) -> str:
        """Return the text that this is, which is one of those allowed."""
        if _kind(self.node) != "text" or self.node.value not in allowed:
            raise self.error(f"allowed: {', '.join(allowed)}", "write one of these")
        return str(self.node.value)

    def items(self) -> tuple["Source", ...]:
        """Return the items of the list that this is."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is needed here", "start each item with '- '")
        return tuple(
            Source(node=node, file=self.file, name=f"{self.name}[{place}]")
            for place, node in enumerate(self.node.value, 1)
        )

    def entries(self) -> dict[str, "Source"]:
        """Return what stands under each key of the mapping that this is."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("a mapping is needed here", "write 'key: value' lines")
        found: dict[str, Source] = {}
        for key_node, node in self.node.value:
            key = Source(node=key_node, file=self.file, name=self.name).text()
            name = f"{self.name}.{key}" if self.name else key
            entry = Source(node=node, file=self.file, name=name, key=key_node)
            if key in found:
                raise ContentError(
                    f"{entry.place} is a second '{key}'",
                    f"the first is in line {found[key].line}; allowed: each key once",
                    "remove one of them, or rename it",
                )
            found[key] = entry
        return found

    def fields(
        self, needed: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, "Source"]:
        """Return what stands under each key: all that are needed, and no other than allowed."""
        found = self.entries()
        if unknown := [key for key in found if key not in {*needed, *optional}]:
            raise ContentError(
                f"{found[unknown[0]].place} is an unknown key",
                f"allowed: {', '.join([*needed, *optional])}",
                "correct its spelling, or remove it",
            )
        if missing := [key for key in needed if key not in found]:
            raise ContentError(
                f"{self.place} has no '{missing[0]}'",
                f"needed: {', '.join(needed)}" + (f"; {_may(optional)}" if optional else ""),
                "add it",
            )
        return found

    def texts(self, needed: Collection[str], optional: Collection[str] = ()) -> dict[str, str]:
        """Return the text under each key, empty for what is optional and left out."""
        found = self.fields(needed, optional)
        return {key: found[key].text() if key in found else "" for key in [*needed, *optional]}

    @property
    def line(self) -> int:
        """Return the line, counted from 1."""
        return int((self.key or self.node).start_mark.line) + 1

    @property
    def place(self) -> str:
        """Return where this is, for a person."""
        return f"{self.file}, line {self.line}: {self.name or 'the file'}"

    def error(self, known: str, remedy: str) -> ContentError:
        """Return the error that this is not what is needed."""
        return ContentError(f"{self.place} is {_spelled(self.node)}", known, remedy)


def parse(text: str, file: str) -> Source:
    """Return the YAML document in `text` as the value that it is.

    Raises:
        ContentError: It is empty, or no YAML.
    """
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(
            f"{file}, line {line}: {error.problem}",
            "this is not YAML that can be read",
            "correct the line; text with ': ' or '#' in it needs quotes",
        ) from error
    if node is None:
        raise ContentError(f"{file} is empty", "it holds a part of the guide", "write it")
    return Source(node=node, file=file)


def _kind(node: yaml.Node) -> str:
    tag = str(node.tag)
    return _KIND.get(tag.rpartition(":")[2], tag)


def _spelled(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode) and node.value:
        return f"'{node.value}'" if _kind(node) == "text" else f"{_kind(node)}: {node.value}"
    return _kind(node)


def _may(optional: Collection[str]) -> str:
    return f"may be left out: {', '.join(optional)}"
