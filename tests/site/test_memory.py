from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Barrier, Event

import pytest

from crossroads.site.memory import abandon, begin, digest_of, remembered

DEADLINE_S = 10


@pytest.fixture(autouse=True)
def nothing_stays_begun() -> Iterator[None]:
    yield
    abandon()


def test_what_is_remembered_is_made_once() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("made")
        return "kept"

    assert [remembered("one page", make), remembered("one page", make)] == ["kept", "kept"]
    assert made == ["made"]


def test_another_key_is_made_anew() -> None:
    assert remembered("page a", lambda: "a") != remembered("page b", lambda: "b")


def test_what_has_begun_is_waited_for_and_not_made_again() -> None:
    begin("begun", lambda: "beside the build")

    assert remembered("begun", lambda: "anew") == "beside the build"
    assert remembered("begun", lambda: "anew") == "beside the build"


def test_two_things_are_made_at_once() -> None:
    both = Barrier(2)

    begin("first", lambda: both.wait(DEADLINE_S))
    begin("second", lambda: both.wait(DEADLINE_S))

    assert {remembered(key, lambda: -1) for key in ("first", "second")} == {0, 1}


def test_an_error_beside_the_build_is_raised_where_it_is_asked_for_and_not_kept() -> None:
    begin("broken", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        remembered("broken", lambda: 1.0)
    assert remembered("broken", lambda: 1.0) == 1.0


def test_what_is_abandoned_before_it_runs_is_never_made() -> None:
    made: list[int] = []
    hold = Event()

    def make(number: int) -> None:
        hold.wait(DEADLINE_S)
        made.append(number)

    for number in range(200):
        begin(f"held {number}", partial(make, number))

    abandon()
    hold.set()
    begin("behind them", lambda: "made")

    assert remembered("behind them", lambda: "anew") == "made"
    assert len(made) < 200


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
