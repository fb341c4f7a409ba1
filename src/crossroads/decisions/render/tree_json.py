"""The whole guide as plain data, for other programs; `docs/decide/tree.schema.json` is its form."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crossroads.decisions.render.inline import address
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.render.walk_json import texts

FORMAT = 1
"""Raised when a program that reads the file would have to change."""

SCHEMA = "tree.schema.json"
"""Where the form is described, beside the file."""


def tree_json(sources: Sources) -> Mapping[str, Any]:
    """Return the guide with all texts readable away from the site.

    Evidence is cited by its id; what is known of it on this build is in `evidence.json`.
    """
    tree = sources.tree
    return {
        "$schema": SCHEMA,
        "format": FORMAT,
        "versions": dict(sources.versions),
        "root": tree.root,
        "questions": {name: texts(asdict(one), sources) for name, one in tree.questions.items()},
        "advice": {
            name: {
                **texts(asdict(one), sources),
                "page": address(f"{name}.md", sources.base_url or "/"),
            }
            for name, one in tree.advice.items()
        },
        "non_choices": {
            name: texts(asdict(one), sources) for name, one in tree.non_choices.items()
        },
        "options": {option.name: list(option.places) for option in tree.options},
        "moved": dict(tree.moved),
    }
