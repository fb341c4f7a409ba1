from collections.abc import Callable
from pathlib import Path

import pytest

from crossroads.measurements.model import Run
from crossroads.site.data import Lanes, NoRootError, find_root


def test_the_root_is_found_from_within_docs(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").touch()
    inside = tmp_path / "docs" / "evidence"
    inside.mkdir(parents=True)

    assert find_root(inside) == tmp_path


def test_outside_a_project_the_error_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoRootError, match="run this from inside the project"):
        find_root(tmp_path)


def test_an_absent_reference_is_not_shown() -> None:
    assert [name for name, _ in Lanes().shown()] == ["This build"]


def test_a_reference_never_hides_that_this_build_was_not_measured(
    make_run: Callable[..., Run],
) -> None:
    reference = make_run(rounds=1)

    shown = Lanes(reference=reference).shown()

    assert shown == (("This build", None), ("Reference", reference))
