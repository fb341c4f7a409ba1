"""The rules of thumb as the site shows them: thresholds that we chose, each with its reason."""

from html import escape
from pathlib import Path

from crossroads.evidence.rules import RULES, Rule
from crossroads.site.inline import inline_html

PAGE = "evidence/rules.md"


def rules_html(root: Path) -> str:
    """Return every rule of thumb with its value and why, each under its own id."""
    return "".join(_section(rule, root) for rule in RULES.values())


def _section(rule: Rule, root: Path) -> str:
    why = inline_html(rule.why, root, PAGE, home="evidence")
    return (
        f'<section class="cr-claim"><h2 id="{rule.id}" class="cr-claim__text">'
        f'{escape(rule.says)}: <span class="cr-rule__value">{escape(rule.value)}</span></h2>'
        f"<p>{why}</p></section>"
    )
