"""Every option by its name, and what the guide never advises, as HTML for a page of its own."""

from html import escape

from crossroads.decisions.model import NonChoice, Option
from crossroads.site.guide.writer import Writer

PAGE = "decide/options.md"


def options_html(writer: Writer) -> str:
    """Return each option with the advice and non-choices that speak of it."""
    rows = "".join(_option(option, writer) for option in writer.tree.options)
    return (
        '<div class="cr-options"><table><thead><tr><th scope="col">Option</th>'
        f'<th scope="col">Where the guide speaks of it</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def non_choices_html(writer: Writer) -> str:
    """Return what the guide never advises, each under its own id."""
    return "".join(_non_choice(one, writer) for one in writer.tree.non_choices.values())


def _option(option: Option, writer: Writer) -> str:
    places = "".join(f"<li>{_place(name, writer)}</li>" for name in option.places)
    return (
        f'<tr><th scope="row">{escape(option.name)}</th><td><ul role="list">{places}</ul></td></tr>'
    )


def _place(name: str, writer: Writer) -> str:
    if name in writer.tree.advice:
        return f'<a href="{writer.way_to(name)}">{writer.title(name)}</a>'
    option = writer.unlinked(writer.tree.non_choices[name].option)
    return f'<a href="#{name}">Never: {option}</a>'


def _non_choice(non_choice: NonChoice, writer: Writer) -> str:
    evidence = "".join(f"<li>{writer.evidence(name)}</li>" for name in non_choice.evidence)
    return (
        f'<section class="cr-non-choice"><h3 id="{non_choice.id}">'
        f"{writer.unlinked(non_choice.option)}</h3><p>{writer.text(non_choice.because)}</p>"
        f'<p>Do this: <a href="{writer.way_to(non_choice.see)}">'
        f"{writer.title(non_choice.see)}</a></p><ul>{evidence}</ul></section>"
    )
