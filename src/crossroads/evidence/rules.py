"""Thresholds that the guide chooses, with the reason for each: values, not measurements."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of thumb."""

    id: str
    """Kebab-case, never changed."""
    value: str
    """As the prose says it, such as `about 200`."""
    why: str
    """Where it is from and when it does not fit, as inline Markdown."""


RULES: Mapping[str, Rule] = {rule.id: rule for rule in ()}
"""All rules of thumb by id."""
