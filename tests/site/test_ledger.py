from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from crossroads.evidence.catalogue import EVIDENCE, SUBJECTS
from crossroads.evidence.ledger import Ledger, find_all
from crossroads.evidence.model import Origin, State, Tested
from crossroads.evidence.proofs import Proofs, TestOutcome
from crossroads.evidence.rules import RULES
from crossroads.measurements.model import Machine, Python
from crossroads.site import ledger as ledger_module
from crossroads.site.ledger import evidence_html, ledger_html, state_html, summary_html
from crossroads.site.proofs import proofs_html
from crossroads.site.rules import rules_html

ROOT = Path(__file__).parents[2]
ORIGIN = Origin(
    machine=Machine(cpu="Example CPU", cores=2, memory_gib=24, system="Linux x86_64"),
    python=Python(version="3.14.7", build="CPython, GIL"),
    versions={"django": "6.1.3"},
    date="2026-11-21",
)
NOTHING = find_all(None, None)


def _proven(value: float, **outcomes: TestOutcome) -> Proofs:
    tests = {
        f"tests/evidence/test_x.py::test_{evidence.id}": TestOutcome(
            ids=(evidence.id,),
            outcome="passed",
            values={quantity.name: value for quantity in evidence.proof.quantities},
        )
        for evidence in EVIDENCE.values()
        if isinstance(evidence.proof, Tested)
    }
    return Proofs(origin=ORIGIN, tests={**tests, **outcomes})


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this build count 5 of everything, and the reference 7."""
    book = Ledger(this_build=find_all(None, _proven(5)), reference=find_all(None, _proven(7)))
    monkeypatch.setattr(ledger_module, "ledger", lambda _root: book)


@pytest.fixture
def only_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing measured here, and the reference count 7 of everything."""
    book = Ledger(this_build=NOTHING, reference=find_all(None, _proven(7)))
    monkeypatch.setattr(ledger_module, "ledger", lambda _root: book)


def _parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("kind", ["tested", "measured", "open"])
def test_the_ledger_has_every_claim_of_a_kind_once(kind: str) -> None:
    page = _parsed(ledger_html(ROOT, kind))

    ids = [str(claim["id"]) for claim in page.select("h3")]
    assert ids == [name for name, found in EVIDENCE.items() if found.kind == kind]
    assert len(page.select(".cr-claim__state .cr-state")) == len(ids)


@pytest.mark.usefixtures("here")
def test_a_quantity_stands_in_both_lanes_under_the_anchor_that_prose_links_to() -> None:
    row = _parsed(ledger_html(ROOT, "tested")).select_one('[id="asgi-threads.threads"]')

    assert isinstance(row, Tag)
    assert [cell.text for cell in row.select("td")] == ["5 threads", "7 threads"]


@pytest.mark.usefixtures("here")
def test_a_claim_names_machine_date_and_the_versions_that_it_depends_on() -> None:
    claim = _parsed(ledger_html(ROOT, "tested")).select_one("#asgi-threads")

    assert isinstance(claim, Tag)
    origin = claim.find_next(class_="cr-claim__origin")
    assert isinstance(origin, Tag)
    for fact in ("This build: 2026-11-21", "Example CPU, 2 cores", "django 6.1.3", "Reference: "):
        assert fact in origin.text


@pytest.mark.usefixtures("here")
def test_a_measured_claim_says_what_is_expected_and_names_its_cells() -> None:
    page = _parsed(ledger_html(ROOT, "measured"))

    assert "expected: at least 1.3×" in page.text
    assert page.select('a[href="cpu-per-request/"]')
    assert "run: crossroads measure" in page.text


@pytest.mark.usefixtures("here")
def test_the_summary_counts_the_states_of_both_lanes() -> None:
    rows = {
        row.select_one("th").text: [int(cell.text) for cell in row.select("td")]  # type: ignore[union-attr]
        for row in _parsed(summary_html(ROOT)).select("tbody tr")
    }

    tested = sum(found.kind == "tested" for found in EVIDENCE.values())
    assert rows["holds"] == [tested, tested]
    assert sum(here for here, _ in rows.values()) == len(EVIDENCE)


@pytest.mark.usefixtures("here")
def test_a_line_of_evidence_links_to_the_ledger_and_says_what_was_counted_here() -> None:
    line = _parsed(evidence_html("asgi-threads", ROOT, "decide/threads.md"))

    assert [link["href"] for link in line.select("a")] == ["../../evidence/#asgi-threads"]
    assert "holds" in line.text
    assert "5 threads" in line.text


@pytest.mark.usefixtures("only_reference")
def test_a_line_of_evidence_falls_back_to_the_reference_and_says_so() -> None:
    line = _parsed(evidence_html("asgi-threads", ROOT, "decide/threads.md"))

    assert "not measured here" in line.text
    assert "7 threads in the reference of 2026-11-21: holds" in line.text


def test_a_state_is_told_by_more_than_its_color() -> None:
    for state in State:
        assert state.value in _parsed(state_html(state)).text


def test_every_proving_test_is_shown_under_its_claim() -> None:
    page = _parsed("".join(proofs_html(ROOT, subject) for subject in SUBJECTS))

    shown = {str(head["id"]).removeprefix("proof-") for head in page.select("h2")}
    assert shown == {found.id for found in EVIDENCE.values() if found.kind == "tested"}
    assert all("def test_" in block.text for block in page.select("pre"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_has_a_page_of_its_tests_that_the_contents_lead_to(subject: str) -> None:
    pages = ROOT / "docs" / "evidence" / "proofs"

    assert f"<!-- live: proofs {subject} -->" in (pages / f"{subject}.md").read_text()
    assert f"({subject}.md)" in (pages / "index.md").read_text()


def test_without_the_tests_the_page_says_where_they_are(tmp_path: Path) -> None:
    assert "in the repository" in proofs_html(tmp_path, "servers")


def test_every_rule_of_thumb_is_shown_with_its_value_and_links_of_the_page() -> None:
    page = _parsed(rules_html(ROOT))

    values = {str(head["id"]): head.text for head in page.select("h2")}
    assert values.keys() == RULES.keys()
    assert all(RULES[name].value in text for name, text in values.items())
    assert page.select('a[href="../#cpu-threads"]')
