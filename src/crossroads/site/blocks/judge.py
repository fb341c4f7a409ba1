"""The verdict on one block: what accounts for it, or what is wrong and what to do."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from crossroads.errors import CrossroadsError
from crossroads.site.blocks.includes import sections
from crossroads.site.blocks.model import Include, Kind, Shown
from crossroads.site.blocks.pages import CELL, RAW_CELL
from crossroads.site.generated import DIAGRAMS

PYTHON = ("python", "py")
TRANSCRIPT = "console"
NAMED_SECTION = 'write `--8<-- "<folder>/<file>:<section>"`'
HOW_TO_SHOW = (
    "include a named section of a file in snippets/ that a test runs, "
    "or show it as ```console with the command in its first line"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known from outside the pages."""

    root: Path
    """The project's folder."""
    collected: Collection[str] | None
    """The inline Python that the runner collects, None when not asked."""
    run_files: Collection[str] | None
    """The files of snippets/ that tests run, relative to it; None when not asked."""


def judge(shown: Shown, where: str, facts: Facts) -> tuple[Kind, CrossroadsError | None]:
    """Return the kind of a block, and the problem when nothing accounts for it."""
    if shown.maker:
        return Kind.DIAGRAM if shown.maker in DIAGRAMS else Kind.GENERATED, None
    kind, wrong = _judge(shown, facts)
    if wrong is None:
        return kind, None
    problem, remedy = wrong
    return Kind.UNACCOUNTED, CrossroadsError(f"{where}: {problem}", _excerpt(shown), remedy)


def code(text: str) -> str:
    r"""Return code in the one form in which a page and the runner can be compared.

    >>> code("\n    if x:  \n        y\n\n")
    'if x:\n    y'
    """
    lines = dedent(text.expandtabs(4)).strip("\n").splitlines()
    return "\n".join(line.rstrip() for line in lines)


type Wrong = tuple[str, str] | None


def _judge(shown: Shown, facts: Facts) -> tuple[Kind, Wrong]:
    if shown.flaw:
        return Kind.UNACCOUNTED, (shown.flaw, _mend(shown))
    if shown.includes:
        return Kind.INCLUDED, _wrong_with_includes(shown, facts)
    if shown.language == CELL:
        return Kind.RUN, None
    if shown.language in PYTHON:
        return Kind.RUN, _wrong_with_python(shown, facts)
    if shown.language == TRANSCRIPT:
        return Kind.TRANSCRIPT, _wrong_with_transcript(shown)
    return Kind.UNACCOUNTED, (_unknown(shown.language), HOW_TO_SHOW)


def _unknown(language: str) -> str:
    if language.lower() in PYTHON:
        return f"a block in '{language}', which is not how Python is spelled here; write ```python"
    return f"nothing runs this block of {language or 'code without a language'}"


def _wrong_with_includes(shown: Shown, facts: Facts) -> Wrong:
    if shown.literal:
        return "text beside an include", "put the text into the file, inside the section"
    found = (_wrong_with_include(include, facts) for include in shown.includes)
    return next((wrong for wrong in found if wrong), None)


def _wrong_with_include(include: Include, facts: Facts) -> Wrong:
    name = include.spelled
    if include.path is None:
        return f"the included file of '{name}' does not exist", f"{NAMED_SECTION} of a real file"
    folder, _, inner = _inside(include.path, facts.root).partition("/")
    if folder not in {"example_app", "snippets"}:
        return f"'{name}' is outside example_app/ and snippets/", "move the file there and test it"
    if folder == "example_app" and include.path.suffix != ".py":
        return f"'{name}' is not Python, so no line of it is seen to run", "show it from snippets/"
    if folder == "snippets" and facts.run_files is not None and inner not in facts.run_files:
        remedy = f'write a test marked @pytest.mark.runs("{inner}") in tests/snippets/'
        return f"no test runs '{folder}/{inner}'", remedy
    return _wrong_with_section(include, include.path)


def _wrong_with_section(include: Include, path: Path) -> Wrong:
    name = include.spelled
    if include.by_lines or include.section is None:
        return f"'{name}' includes a whole file or line numbers", NAMED_SECTION
    if include.has_includes:
        return f"'{name}' includes further files", "include each of them on the page"
    known = sections(path.read_text(encoding="utf-8"))
    if include.section not in known:
        remedy = f"open and close it once with --8<-- [start:{include.section}] and [end:…]"
        return f"'{name}' names no closed section; known: {', '.join(known) or 'none'}", remedy
    return None


def _inside(path: Path, root: Path) -> str:
    # A link may lead anywhere, so the file itself is asked for.
    real = path.resolve()
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else ""


def _wrong_with_python(shown: Shown, facts: Facts) -> Wrong:
    try:
        compile(code(shown.text), "<page>", "exec", dont_inherit=True)
    except SyntaxError as error:
        remedy = "write a whole program; await inside `async def main()`, then asyncio.run(main())"
        return f"Python that does not compile ({error.msg}, line {error.lineno} of it)", remedy
    if facts.collected is not None and code(shown.text) not in facts.collected:
        remedy = "open it with ```python, three backticks, no braces, outside a block quote"
        return "Python that pytest-examples does not collect", remedy
    return None


def _wrong_with_transcript(shown: Shown) -> Wrong:
    if shown.text.lstrip("\n").startswith("$ "):
        return None
    return "a transcript that does not start with its command", "make its first line `$ command`"


def _mend(shown: Shown) -> str:
    if "mkdocs.yml" in shown.flaw:
        return "set execute: true and allow_errors: false, and leave no notebook out"
    if shown.flaw == RAW_CELL:
        return "make it a Markdown cell; in a header, write the YAML in block style"
    if "cell" in shown.flaw:
        return "keep prose and code of others on a .md page; let each code cell run"
    return f"close the fence as it was opened, on lines of its own, or {NAMED_SECTION} in one"


def _excerpt(shown: Shown) -> str:
    if shown.includes:
        return f"it includes {', '.join(include.spelled for include in shown.includes)}"
    first = next((line.strip() for line in shown.text.splitlines() if line.strip()), "")
    return f"it starts with: {first[:80]}" if first else "it is empty"
