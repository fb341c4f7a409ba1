from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from markdown import Markdown

from crossroads.evidence.catalogue import EVIDENCE, UnknownEvidenceError
from crossroads.evidence.ledger import Ledger, find_all
from crossroads.evidence.model import Finding, State
from crossroads.site import numbers
from crossroads.site.inline import inline_html
from crossroads.site.numbers import CONTRADICTED, UnknownQuantityError

type Show = Callable[..., str]

PAGE = "../evidence/index.md"
NOTHING = find_all(None, None)


def finding(evidence_id: str, state: State, **values: str) -> dict[str, Finding]:
    found = replace(NOTHING[evidence_id], state=state, values=values)
    return {**NOTHING, evidence_id: found}


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Return a function that renders Markdown with what each lane says."""

    def show(
        text: str,
        here: dict[str, Finding] | None = None,
        reference: dict[str, Finding] | None = None,
    ) -> str:
        book = Ledger(this_build=here or NOTHING, reference=reference or NOTHING)
        monkeypatch.setattr(numbers, "ledger", lambda _root: book)
        html: str = Markdown(extensions=["crossroads.site.numbers"]).convert(text)
        return html

    return show


def test_a_number_is_written_by_the_build(show: Show) -> None:
    here = finding("asgi-alone", State.HOLDS, cpu="3.7×")

    html = show(f"It costs [4.2×]({PAGE}#asgi-alone.cpu) as much.", here)

    assert "3.7×</a> as much." in html
    assert "4.2×" not in html
    assert "this build" in html


def test_an_id_alone_means_its_first_quantity(show: Show) -> None:
    here = finding("asgi-alone", State.HOLDS, cpu="3.7×")

    assert "3.7×</a>" in show(f"[4.2×]({PAGE}#asgi-alone)", here)


def test_where_nothing_was_measured_the_reference_is_shown_and_says_so(show: Show) -> None:
    reference = finding("asgi-alone", State.HOLDS, cpu="4.4×")

    html = show(f"[4.2×]({PAGE}#asgi-alone.cpu)", reference=reference)

    assert "4.4×</a>" in html
    assert "cr-number--reference" in html
    assert "not measured here" in html


def test_what_no_lane_knows_stays_as_it_was_committed(show: Show) -> None:
    html = show(f"[4.2×]({PAGE}#asgi-alone.cpu)")

    assert "4.2×</a>" in html
    assert "not measured" in html


def test_a_contradicted_claim_is_marked_in_the_sentence_that_states_it(show: Show) -> None:
    here = finding("asgi-alone", State.CONTRADICTED, cpu="0.9×")

    for link in ("[4.2×](%s#asgi-alone.cpu)", "[dearer](%s#asgi-alone)"):
        html = show(f"ASGI is {link % PAGE}, always.", here)

        assert f">{CONTRADICTED}</strong>, always." in html


def test_a_claim_that_holds_or_is_undecided_is_not_marked(show: Show) -> None:
    for state in (State.HOLDS, State.UNDECIDED, State.NOT_MEASURED):
        here = finding("asgi-alone", state, cpu="3.7×")

        assert CONTRADICTED not in show(f"[4.2×]({PAGE}#asgi-alone.cpu)", here)


def test_a_reference_that_contradicts_marks_nothing_here(show: Show) -> None:
    reference = finding("asgi-alone", State.CONTRADICTED, cpu="0.9×")

    assert CONTRADICTED not in show(f"[dearer]({PAGE}#asgi-alone)", reference=reference)


def test_words_about_a_claim_stay_words(show: Show) -> None:
    here = finding("asgi-alone", State.HOLDS, cpu="3.7×")

    assert ">the claim</a>" in show(f"[the claim]({PAGE}#asgi-alone)", here)


@pytest.mark.parametrize("href", ["../evidence/index.md#slower.cpu", "index.md#asgi-alone.speed"])
def test_an_unknown_id_or_quantity_is_an_error_that_names_the_known_ones(
    show: Show, href: str
) -> None:
    with pytest.raises((UnknownEvidenceError, UnknownQuantityError)) as caught:
        show(f"[4.2×]({href})")

    assert "known:" in caught.value.known
    assert "catalogue" in caught.value.remedy


def test_a_number_of_a_claim_without_proof_is_an_error(show: Show) -> None:
    open_claim = next(name for name, found in EVIDENCE.items() if found.kind == "open")

    with pytest.raises(UnknownQuantityError, match="not proven yet"):
        show(f"[2×]({PAGE}#{open_claim})")


@pytest.mark.parametrize("href", ["method.md#rounds", "../index.md#measured", "https://x.org/#a.b"])
def test_other_links_are_left_alone(show: Show, href: str) -> None:
    assert show(f"[3 rounds]({href})") == f'<p><a href="{href}">3 rounds</a></p>'


def test_a_text_of_the_guide_links_from_the_page_that_shows_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    text = f"See [threads](threads.md) and [the claim]({PAGE}#asgi-alone), `-w 4`."

    inside = inline_html(text, tmp_path, "decide/cache.md")
    guide = inline_html(text, tmp_path, "decide/index.md")

    assert inside.startswith('See <a href="../threads/">threads</a>')
    assert 'href="../../evidence/#asgi-alone"' in inside
    assert 'href="threads/"' in guide
    assert 'href="../evidence/#asgi-alone"' in guide
    assert guide.endswith("<code>-w 4</code>.")
