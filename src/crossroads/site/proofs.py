"""The code of the proving tests, as the site shows it under the claim that each proves."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from crossroads.evidence.catalogue import EVIDENCE, SUBJECTS
from crossroads.evidence.collect import MARK
from crossroads.evidence.proofs import TESTS


@dataclass(frozen=True, kw_only=True)
class ProofSource:
    """One proving test as it stands in its file."""

    ids: tuple[str, ...]
    """Claims that its mark names."""
    test: str
    """Such as `tests/evidence/test_asgi_threads.py::test_each_view_has_a_thread`."""
    code: str


def proof_sources(root: Path) -> list[ProofSource]:
    """Return every test under tests/evidence/ that is marked with a claim."""
    return [source for path in sorted((root / TESTS).glob("test_*.py")) for source in _of(path)]


def proofs_of(root: Path, subject: str) -> Mapping[str, list[ProofSource]]:
    """Return the tests of each tested claim of a subject, by the claim's id."""
    by_id: dict[str, list[ProofSource]] = {}
    for source in proof_sources(root):
        for evidence_id in source.ids:
            by_id.setdefault(evidence_id, []).append(source)
    return {claim.id: by_id[claim.id] for claim in SUBJECTS[subject] if claim.id in by_id}


def proofs_html(root: Path, subject: str) -> str:
    """Return the code of the tests of a subject, each under the claim that it proves."""
    by_id = proofs_of(root, subject)
    if not by_id:
        return "<p>The tests are not here: they are in the repository of this site.</p>"
    return "".join(_section(evidence_id, sources) for evidence_id, sources in by_id.items())


def proof_page(evidence_id: str) -> str:
    """Return where the tests of a claim are shown, relative to the ledger.

    >>> proof_page("stream-conn")
    'proofs/database/#proof-stream-conn'
    """
    subject = next(name for name, claims in SUBJECTS.items() if EVIDENCE[evidence_id] in claims)
    return f"proofs/{subject}/#proof-{evidence_id}"


def _of(path: Path) -> Iterator[ProofSource]:
    text = path.read_text(encoding="utf-8")
    place = path.relative_to(path.parents[len(Path(TESTS).parts)]).as_posix()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (ids := _ids(node)):
            lines = text.splitlines()[node.decorator_list[0].lineno - 1 : node.end_lineno]
            yield ProofSource(ids=ids, test=f"{place}::{node.name}", code="\n".join(lines))


def _ids(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(
        str(argument.value)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == f"pytest.mark.{MARK}"
        for argument in mark.args
        if isinstance(argument, ast.Constant)
    )


def _section(evidence_id: str, sources: list[ProofSource]) -> str:
    evidence = EVIDENCE[evidence_id]
    blocks = "".join(
        f'<p class="cr-proof__test"><code>{escape(source.test)}</code></p>{_code(source.code)}'
        for source in sources
    )
    return (
        f'<section class="cr-proof"><h2 id="proof-{evidence_id}">{escape(evidence.claim)}</h2>'
        f'<p><a href="../../#{evidence_id}">What this build says of <code>{evidence_id}</code></a>'
        f"</p>{blocks}</section>"
    )


def _code(code: str) -> str:
    html = highlight(code, PythonLexer(), HtmlFormatter(cssclass="highlight", wrapcode=True))
    # A block that scrolls must be reachable by keyboard.
    return str(html).replace("<pre>", '<pre tabindex="0">')
