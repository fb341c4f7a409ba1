"""What of the installed Django is async, read from its own source.

Only text is read, so no settings are needed. `since` is from the release notes, to which the
table links; the rest is counted.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

RELEASE_NOTES = "https://docs.djangoproject.com/en/stable/releases/{}/"
DJANGO = Path(str(files("django")))


class Underneath(StrEnum):
    """What an async function of Django does when it is awaited."""

    HOP = "calls `sync_to_async`"
    OTHERS = "awaits others"
    LOOP = "awaits nothing"


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A part of Django with async functions."""

    name: str
    since: str
    """Release in which the first of them came."""
    file: str
    """Where they are, under django/."""
    classes: tuple[str, ...] = ()
    """Classes that have them; none for functions of the module."""


def _sessions(name: str, engine: str) -> Feature:
    file = f"contrib/sessions/backends/{engine}.py"
    return Feature(name=name, since="5.1", file=file, classes=("SessionBase", "SessionStore"))


FEATURES = (
    Feature(name="QuerySet", since="4.1", file="db/models/query.py", classes=("QuerySet",)),
    Feature(name="Prefetching", since="5.0", file="db/models/query.py"),
    Feature(name="Model", since="4.2", file="db/models/base.py", classes=("Model",)),
    Feature(
        name="Related managers",
        since="4.2",
        file="db/models/fields/related_descriptors.py",
        classes=("RelatedManager", "ManyRelatedManager"),
    ),
    Feature(name="Shortcuts", since="5.0", file="shortcuts.py"),
    Feature(
        name="Paginator",
        since="6.0",
        file="core/paginator.py",
        classes=("AsyncPaginator", "AsyncPage"),
    ),
    Feature(name="Cache", since="4.0", file="core/cache/backends/base.py", classes=("BaseCache",)),
    _sessions("Sessions, every engine", "base"),
    _sessions("Sessions in the database", "db"),
    _sessions("Sessions in the cache", "cache"),
    _sessions("Sessions in both", "cached_db"),
    _sessions("Sessions in files", "file"),
    _sessions("Sessions in cookies", "signed_cookies"),
    Feature(name="Login and logout", since="5.0", file="contrib/auth/__init__.py"),
    Feature(
        name="Users and permissions",
        since="5.2",
        file="contrib/auth/models.py",
        classes=("UserManager", "PermissionsMixin"),
    ),
    Feature(
        name="Auth backends of your own",
        since="5.2",
        file="contrib/auth/backends.py",
        classes=("BaseBackend",),
    ),
    Feature(
        name="The auth backend for models",
        since="5.2",
        file="contrib/auth/backends.py",
        classes=("ModelBackend",),
    ),
    Feature(name="Password check", since="5.0", file="contrib/auth/hashers.py"),
    Feature(name="Signals", since="5.0", file="dispatch/dispatcher.py", classes=("Signal",)),
    Feature(name="Tasks", since="6.0", file="tasks/base.py", classes=("Task", "TaskResult")),
    Feature(
        name="Task backends",
        since="6.0",
        file="tasks/backends/base.py",
        classes=("BaseTaskBackend",),
    ),
)

WITHOUT: Mapping[str, tuple[str, ...]] = {
    "Templates": ("template/**/*.py",),
    "Forms": ("forms/**/*.py",),
    "Generic views": tuple(f"views/generic/{n}.py" for n in ("dates", "detail", "edit", "list")),
    "The admin": ("contrib/admin/**/*.py",),
    "E-mail": ("core/mail/**/*.py",),
    "Files and storage": ("core/files/**/*.py",),
    "Serializers": ("core/serializers/**/*.py",),
    "Cache backends": tuple(
        f"core/cache/backends/{n}.py"
        for n in ("db", "dummy", "filebased", "locmem", "memcached", "redis")
    ),
    "Transactions": ("db/transaction.py",),
    "Database backends": ("db/backends/**/*.py",),
    "Management commands": ("core/management/**/*.py",),
}
"""Parts of Django without async code, and their files under django/."""

PER_REQUEST = ("process_request", "process_view", "process_response")
"""Methods of middleware that run for each request."""


@dataclass(frozen=True)
class Middleware:
    """A middleware that comes with Django."""

    name: str
    """Dotted, as in MIDDLEWARE."""
    methods: tuple[str, ...]
    """Those of `PER_REQUEST` that it has: under ASGI each is a hop."""
    has_own_path: bool
    """Whether it has async code, and so needs no hop of its own."""
    is_of_startproject: bool


class Wrapping(StrEnum):
    """What a decorator of Django does with an async view."""

    OWN = "an async wrapper"
    MIDDLEWARE = "an async wrapper that calls sync middleware on the event loop"
    MARK = "the view itself, with a mark"
    SYNC = "a sync wrapper"


def functions(feature: Feature) -> Mapping[str, Underneath]:
    """Return the public async functions of a feature, and what each does."""
    tree = _tree(feature.file)
    bodies = (
        [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        if feature.classes
        else [tree]
    )
    return {
        node.name: underneath(node)
        for body in bodies
        if isinstance(body, ast.Module) or body.name in feature.classes
        for node in body.body
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("a")
    }


def underneath(function: ast.AsyncFunctionDef) -> Underneath:
    """Return what the code of `function` does when it is awaited."""
    nodes = list(ast.walk(function))
    if "sync_to_async" in _names(nodes):
        return Underneath.HOP
    waits = (ast.Await, ast.AsyncFor, ast.AsyncWith)
    is_waiting = any(
        isinstance(node, waits) or (isinstance(node, ast.comprehension) and node.is_async)
        for node in nodes
    )
    return Underneath.OTHERS if is_waiting else Underneath.LOOP


def async_code(patterns: Sequence[str]) -> tuple[int, int]:
    """Return how many files there are, and how many async functions are in them."""
    found = [file for pattern in patterns for file in DJANGO.glob(pattern)]
    nodes = (node for file in found for node in ast.walk(_parse(file)))
    return len(found), sum(isinstance(node, ast.AsyncFunctionDef) for node in nodes)


def middleware() -> list[Middleware]:
    """Return every middleware that comes with Django."""
    template = DJANGO / "conf/project_template/project_name/settings.py-tpl"
    startproject = set(re.findall(r"['\"](django\.[\w.]+Middleware)['\"]", template.read_text()))
    sources = [*DJANGO.glob("middleware/*.py"), *DJANGO.glob("contrib/*/middleware.py")]
    found = [
        one
        for file in sorted(sources)
        for one in _middleware(_parse(file), _dotted(file), startproject)
    ]
    # Those of startproject first, in the order in which people know them.
    return sorted(found, key=lambda one: (not one.is_of_startproject, one.name))


def decorators() -> Mapping[str, Wrapping]:
    """Return every decorator for views, and what it makes of an async one."""
    sources = [*DJANGO.glob("views/decorators/*.py"), *DJANGO.glob("contrib/*/decorators.py")]
    # The admin has decorators for its own classes; the one for views is elsewhere.
    sources = [file for file in sources if "gis" not in file.parts and "admin" not in file.parts]
    sources.append(DJANGO / "contrib/admin/views/decorators.py")
    known: dict[str, Wrapping] = {}
    trees = [(_dotted(file), _parse(file)) for file in sorted(sources)]
    for _ in range(2):  # one may be made of another, of a module that is read later
        for module, tree in trees:
            for name, node in _defined(tree):
                known[f"{module}.{name}"] = _wrapping(node, known)
    return {name: how for name, how in known.items() if not name.split(".")[-1].startswith("_")}


def state_html(_root: Path, about: str) -> str:
    """Return one of the tables: `methods`, `without`, `middleware` or `decorators`."""
    return TABLES[about]()


def _methods() -> str:
    rows = []
    for feature in FEATURES:
        found = functions(feature)
        counts = [str([*found.values()].count(kind) or "–") for kind in Underneath]
        notes = f'<a href="{RELEASE_NOTES.format(feature.since)}">{feature.since}</a>'
        rows.append([escape(feature.name), notes, *counts, _named(found)])
    heads = ["Part", "Since", "Go to the thread", "Await others", "Run on the loop", "Functions"]
    return _table(heads, rows)


def _without() -> str:
    rows = []
    for name, patterns in WITHOUT.items():
        read, count = async_code(patterns)
        rows.append([escape(name), str(read), str(count or "none")])
    return _table(["Part", "Files read", "Async functions in them"], rows)


def _middleware_table() -> str:
    rows = [
        [
            f"<code>{one.name.rsplit('.', 1)[-1]}</code>",
            "yes" if one.is_of_startproject else "–",
            "none, it has async code" if one.has_own_path else str(len(one.methods)),
            ", ".join(f"<code>{method}</code>" for method in one.methods) or "–",
        ]
        for one in middleware()
    ]
    heads = ["Middleware", "In a new project", "Hops under ASGI", "Runs for each request"]
    return _table(heads, rows)


def _decorators_table() -> str:
    by_kind: dict[Wrapping, list[str]] = {}
    for name, how in decorators().items():
        by_kind.setdefault(how, []).append(name.rsplit(".", 1)[-1])
    rows = [
        [escape(how), ", ".join(f"<code>{name}</code>" for name in sorted(names))]
        for how, names in sorted(by_kind.items())
    ]
    return _table(["What an async view gets", "Decorators"], rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "methods": _methods,
    "without": _without,
    "middleware": _middleware_table,
    "decorators": _decorators_table,
}


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return (
        '<figure class="cr-figure"><div class="cr-scroll cr-scroll--whole" tabindex="0" '
        f'role="region" aria-label="{", ".join(heads)}">'
        '<table class="cr-table cr-table--text"><thead>'
        f"<tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="cr-caption">Read from the source of Django {version("django")}, which is '
        "installed here.</p></figure>"
    )


def _named(names: Sequence[str] | Mapping[str, Underneath]) -> str:
    return ", ".join(f"<code>{name}</code>" for name in sorted(names))


def _middleware(tree: ast.Module, module: str, startproject: set[str]) -> Iterator[Middleware]:
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for name, node in classes.items():
        if not name.endswith("Middleware"):
            continue
        methods = set(_members(node, classes))
        yield Middleware(
            name=f"{module}.{name}",
            methods=tuple(method for method in PER_REQUEST if method in methods),
            has_own_path="__acall__" in methods,
            is_of_startproject=f"{module}.{name}" in startproject,
        )


def _members(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            yield member.name
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes:
            yield from _members(classes[base.id], classes)


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a module of decorators defines: functions, and names for one that is made."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _wrapping(node: ast.AST, known: Mapping[str, Wrapping]) -> Wrapping:
    nodes = list(ast.walk(node))
    names = _names(nodes)
    if any(isinstance(one, ast.AsyncFunctionDef) for one in nodes):
        return Wrapping.OWN
    if "iscoroutinefunction" in names:
        return Wrapping.MARK
    if any(name.startswith("decorator_from_middleware") for name in names):
        return Wrapping.MIDDLEWARE
    of_others = [how for name, how in known.items() if name.rsplit(".", 1)[-1] in names]
    if of_others:
        return of_others[0]
    inner = [one for one in nodes if isinstance(one, ast.FunctionDef) and one is not node]
    return Wrapping.SYNC if inner else Wrapping.MARK


def _names(nodes: Sequence[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _dotted(file: Path) -> str:
    return ".".join(("django", *file.relative_to(DJANGO).with_suffix("").parts))


def _tree(name: str) -> ast.Module:
    return _parse(DJANGO / name)


@cache
def _parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))
