from dataclasses import replace
from pathlib import Path

import pytest

from crossroads.bench import ensure
from crossroads.bench.ensure import ensure_measurement, is_measured
from crossroads.bench.profiles import PROFILES, cell
from crossroads.errors import CrossroadsError
from crossroads.measurements.identity import identify
from crossroads.measurements.store import MeasurementFileError, local_path, local_run

TINY = replace(
    PROFILES["quick"],
    cells=(cell("json", "bare-wsgi"),),
    most_rounds=2,
    window_s=0.4,
    warmup_s=0.05,
)


@pytest.fixture(autouse=True)
def tiny_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensure, "PROFILES", {"quick": TINY})
    monkeypatch.setenv("CROSSROADS_MEASURE", "quick")


def test_what_is_missing_is_measured_once(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not is_measured(checkout, "quick")

    ensure_measurement(checkout)
    first = local_run(checkout)
    ensure_measurement(checkout)

    assert first is not None
    assert local_run(checkout) == first
    errors = capsys.readouterr().err
    assert errors.count("No measurement of this machine") == 1
    assert "measured 1 of 2" in errors


def test_off_measures_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSROADS_MEASURE", "off")
    ensure_measurement(checkout)

    assert local_run(checkout) is None


def test_another_value_names_the_possible_ones(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSROADS_MEASURE", "fast")
    with pytest.raises(CrossroadsError) as raised:
        ensure_measurement(checkout)

    assert "'fast'" in raised.value.problem
    assert "off, quick, full" in raised.value.known


def test_a_full_run_serves_where_a_quick_one_is_wanted(checkout: Path) -> None:
    ensure_measurement(checkout)
    key = identify(checkout).key
    quick = local_path(checkout, "quick", key)
    quick.rename(local_path(checkout, "full", key))

    assert is_measured(checkout, "quick")
    assert is_measured(checkout, "full")


def test_a_damaged_measurement_is_named_not_replaced(checkout: Path) -> None:
    path = local_path(checkout, "quick", identify(checkout).key)
    path.parent.mkdir(parents=True)
    path.write_text("{}\n")

    with pytest.raises(MeasurementFileError, match="not a measurement"):
        ensure_measurement(checkout)
    assert path.read_text() == "{}\n"
