"""The tree from its files: questions in tree.yml, each advice in the front matter of its page."""

from pathlib import Path
from typing import cast, get_args

from crossroads.decisions.fields import ContentError, Source, parse
from crossroads.decisions.model import (
    Advice,
    Answer,
    Change,
    FindOut,
    Kind,
    NonChoice,
    Option,
    Question,
    Rejected,
    Tree,
    Unsure,
)

NO_ADVICE = ("index.md", "map.md", "options.md")
"""The pages of the folder that are about the guide itself: all others are advice."""

PERMALINKS = "permalinks.txt"
"""Every path that was ever published, in the same folder."""

_TEXTS = ("title", "recommend", "why", "first", "example")
_LISTS = ("evidence", "symptoms", "changes", "costs", "rejected")
_FOR_MKDOCS = ("hide", "icon", "search", "status", "subtitle", "tags", "template")
_FENCE = "---\n"


def read_tree(folder: Path) -> Tree:
    """Return the guide in `folder`, which is docs/decide.

    Raises:
        ContentError: A file is missing or not of the form that is read. Whether the parts fit
            together is for `check`.
    """
    top = parse(_read(folder / "tree.yml"), _shown(folder / "tree.yml"))
    parts = top.fields(("root", "questions", "non_choices", "options", "moved"))
    pages = sorted(page for page in folder.glob("*.md") if page.name not in NO_ADVICE)
    return Tree(
        root=parts["root"].text(),
        questions={
            name: _question(name, source) for name, source in parts["questions"].entries().items()
        },
        advice={page.stem: _advice(page) for page in pages},
        non_choices={
            name: _non_choice(name, source)
            for name, source in parts["non_choices"].entries().items()
        },
        options=tuple(
            Option(name=name, places=_texts(source))
            for name, source in parts["options"].entries().items()
        ),
        moved={old: new.text() for old, new in parts["moved"].entries().items()},
    )


def _texts(source: Source) -> tuple[str, ...]:
    return tuple(item.text() for item in source.items())


def _non_choice(name: str, source: Source) -> NonChoice:
    parts = source.fields(("option", "because", "evidence", "see"))
    return NonChoice(
        id=name,
        option=parts["option"].text(),
        because=parts["because"].text(),
        evidence=_texts(parts["evidence"]),
        see=parts["see"].text(),
    )


def _question(name: str, source: Source) -> Question:
    parts = source.fields(("topic", "ask", "why", "find_out", "answers", "unsure"))
    return Question(
        id=name,
        topic=parts["topic"].text(),
        ask=parts["ask"].text(),
        why=parts["why"].text(),
        find_out=tuple(
            FindOut(**way.texts(("how", "read"), ("run",))) for way in parts["find_out"].items()
        ),
        answers=_answers(parts["answers"]),
        unsure=Unsure(**parts["unsure"].texts(("take", "because"))),
    )


def _answers(source: Source) -> tuple[Answer, ...]:
    found: dict[str, Answer] = {}
    for item in source.items():
        answer = Answer(**item.texts(("id", "say", "next")))
        if answer.id in found:
            raise ContentError(
                f"{item.place} is a second answer with the id '{answer.id}'",
                f"taken in this question: {', '.join(found)}",
                "give it an id of its own",
            )
        found[answer.id] = answer
    return tuple(found.values())


def _advice(page: Path) -> Advice:
    # The description is for search engines; it is required so that no page goes without.
    needed = ("title", "description", "kind", *_TEXTS[1:], *_LISTS)
    parts = parse(_front_matter(page), _shown(page)).fields(needed, ("packages", *_FOR_MKDOCS))
    parts["description"].text()
    return Advice(
        id=page.stem,
        kind=cast("Kind", parts["kind"].one_of(get_args(Kind.__value__))),
        evidence=_texts(parts["evidence"]),
        symptoms=_texts(parts["symptoms"]),
        changes=tuple(Change(**one.texts(("when",), ("to",))) for one in parts["changes"].items()),
        costs=_texts(parts["costs"]),
        packages=_texts(parts["packages"]) if "packages" in parts else (),
        rejected=tuple(
            Rejected(**one.texts(("option", "because"), ("evidence",)))
            for one in parts["rejected"].items()
        ),
        **{name: parts[name].text() for name in _TEXTS},
    )


def _front_matter(page: Path) -> str:
    text = _read(page)
    front, fence, _ = text.removeprefix(_FENCE).partition(f"\n{_FENCE}")
    if not (text.startswith(_FENCE) and fence):
        raise ContentError(
            f"{_shown(page)} has no front matter",
            "the advice stands in YAML between two lines '---' at the top of its page",
            f"write it, or move the page: all pages here but {', '.join(NO_ADVICE)} are advice",
        )
    # The first fence stays, so that lines count from the top of the page.
    return f"{_FENCE}{front}\n"


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ContentError(
            f"{_shown(file)} is not there",
            "the guide is in docs/decide: tree.yml, and a page for each advice",
            "write the file, or run this in a checkout that has it",
        ) from error


def _shown(file: Path) -> str:
    # As in `docs/decide/tree.yml`, from wherever this is run.
    return "/".join(file.parts[-3:])
