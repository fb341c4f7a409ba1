from pathlib import Path

from crossroads.site.memory import digest_of, remembered


def test_what_is_remembered_is_made_once() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("made")
        return "kept"

    assert [remembered("one page", make), remembered("one page", make)] == ["kept", "kept"]
    assert made == ["made"]


def test_another_key_is_made_anew() -> None:
    assert remembered("page a", lambda: "a") != remembered("page b", lambda: "b")


def test_the_digest_changes_with_page_measurement_and_code(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    run = tmp_path / "measurements" / "local" / "quick.jsonl"
    code = tmp_path / "src" / "crossroads" / "site" / "charts.py"
    digests = set()
    for path in (page, run, code):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        digests.add(digest_of(tmp_path, page))
        path.write_text("changed")
        digests.add(digest_of(tmp_path, page))

    assert len(digests) == 6


def test_the_digest_does_not_change_with_prose(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.touch()
    before = digest_of(tmp_path, page)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("prose")

    assert digest_of(tmp_path, page) == before
