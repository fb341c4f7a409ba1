"""Which statements of Python source were executed, told from line numbers."""

import ast
from collections.abc import Collection, Iterator
from types import CodeType

OUTPUT = "#>"


def unexecuted(source: str, executed: Collection[int], within: range | None = None) -> list[int]:
    r"""Return the first line of each statement of which no line was executed.

    Statements that have no code of their own are left out: docstrings, bare annotations, what only
    a type checker reads.

    >>> unexecuted("def f():\n    return 1\n", executed=[1])
    [2]
    """
    tree = ast.parse(source)
    with_code = _lines(compile(source, "<source>", "exec", dont_inherit=True))
    missed = []
    for first, last in _statements(tree):
        own = with_code.intersection(range(first, last + 1))
        if own and own.isdisjoint(executed) and (within is None or first in within):
            missed.append(first)
    return sorted(missed)


def has_statements(source: str, within: range) -> bool:
    """Return whether these lines hold any statement that could be executed."""
    return bool(unexecuted(source, executed=(), within=within))


def unprinted_outputs(source: str, executed: Collection[int]) -> list[int]:
    r"""Return the line of each group of `#>` that no executed `print` stands above.

    pytest-examples rewrites and compares only what is below a print that ran; any other `#>` is a
    comment to it and passes whatever it says.

    >>> unprinted_outputs("x = 1\n#> 1\n", executed=[1])
    [2]
    """
    prints = {
        node.end_lineno: node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "print"
    }
    lines = [line.strip().startswith(OUTPUT) for line in source.splitlines()]
    groups = [n for n, is_output in enumerate(lines) if is_output and (n == 0 or not lines[n - 1])]
    return [n + 1 for n in groups if prints.get(n) not in executed]


def _statements(node: ast.AST) -> Iterator[tuple[int, int]]:
    """Yield the lines of each statement, for a compound one those of its head."""
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler) and not _is_codeless(child):
            body = getattr(child, "body", None)
            first = child.lineno
            end = child.end_lineno or first
            # The head of `if x: y` shares its line with the body.
            yield first, max(first, body[0].lineno - 1) if isinstance(body, list) else end
        yield from _statements(child)


def _is_codeless(node: ast.AST) -> bool:
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _lines(code: CodeType) -> set[int]:
    inner = [_lines(const) for const in code.co_consts if isinstance(const, CodeType)]
    return {line for *_, line in code.co_lines() if line}.union(*inner)
