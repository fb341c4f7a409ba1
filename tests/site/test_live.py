from collections.abc import Callable
from pathlib import Path

import pytest
from markdown import Markdown

from crossroads.measurements.model import Run
from crossroads.site.data import Lanes
from crossroads.site.live import PARTS, UnknownPartError, facts

ROOT = Path(__file__).parents[2]


def _markdown(root: Path) -> Markdown:
    return Markdown(
        extensions=["crossroads.site.live"],
        extension_configs={"crossroads.site.live": {"root": str(root)}},
    )


def test_a_live_line_becomes_what_was_measured(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()

    html = _markdown(tmp_path).convert("Before\n\n<!-- live: measured -->\n\nAfter")

    assert "Not measured here" in html
    assert html.index("<p>Before</p>") < html.index("cr-measured") < html.index("<p>After</p>")


def test_other_comments_stay(tmp_path: Path) -> None:
    assert "<!-- a note -->" in _markdown(tmp_path).convert("<!-- a note -->")


def test_an_unknown_part_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownPartError) as caught:
        _markdown(tmp_path).convert("<!-- live: measurd -->")

    assert "measurd" in caught.value.problem
    assert all(name in caught.value.known for name in PARTS)


def test_the_facts_of_a_run_name_machine_python_django_and_failures(
    make_run: Callable[..., Run],
) -> None:
    run = make_run(rounds=2, failed={("json", "daphne"): "late"})

    html = facts(Lanes(this_build=run))

    for fact in (run.machine.cpu, run.python.version, "6.1.3", "2026-11-21", "2 failed"):
        assert fact in html


def test_every_part_is_asked_for_by_a_page() -> None:
    pages = "".join(page.read_text() for page in (ROOT / "docs").rglob("*.md"))

    assert [name for name in PARTS if f"<!-- live: {name} " not in pages] == []
