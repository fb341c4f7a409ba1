"""The rules of thumb as the site shows them: thresholds that we chose, each with its reason."""

from html import escape
from pathlib import Path

from crossroads.evidence.rules import RULES
from crossroads.site.inline import inline_html

PAGE = "evidence/rules.md"


def rules_html(root: Path) -> str:
    """Return every rule of thumb with its value and why, each under its own id."""
    rows = "".join(
        f'<tr id="{rule.id}"><th scope="row"><code>{rule.id}</code></th>'
        f"<td>{escape(rule.value)}</td><td>{inline_html(rule.why, root, PAGE)}</td></tr>"
        for rule in RULES.values()
    )
    return (
        '<table class="cr-facts cr-rules"><thead><tr><th scope="col">Rule</th>'
        '<th scope="col">Value</th><th scope="col">Why, and when it does not fit</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
