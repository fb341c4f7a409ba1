from collections.abc import Callable

import pytest

from crossroads.evidence.from_run import condition, find_in_run
from crossroads.evidence.model import Evidence, Finding, Measured, Reading, State
from crossroads.measurements.model import Run

type MakeRun = Callable[..., Run]

DEAR = "json:uvicorn:sync:c16"
CHEAP = "json:gunicorn-gthread:sync:c16:t8"
COST = Reading(name="cost", says="cost", figure="cpu_ms", cell=DEAR, over=CHEAP, at_least=1.3)


def find(run: Run | None, *readings: Reading) -> Finding:
    proof = Measured(readings=readings or (COST,))
    return find_in_run(Evidence(id="x", claim="x.", proof=proof), proof, run)


def costing(*rounds: float) -> list[tuple[float, float]]:
    return [(cost, 100.0) for cost in rounds]


def test_a_claim_holds_when_the_whole_interval_is_on_its_side(make_run: MakeRun) -> None:
    found = find(make_run({DEAR: costing(4.0, 4.1, 3.9), CHEAP: costing(1.0, 1.0, 1.0)}))

    assert found.state is State.HOLDS
    assert found.values == {"cost": "4.0×"}
    assert found.spread == {"cost": "3.8 to 4.3"}
    assert found.origin is not None
    assert found.origin.date == "2026-11-21"


def test_a_claim_is_contradicted_when_it_is_on_the_other_and_says_by_what(
    make_run: MakeRun,
) -> None:
    found = find(make_run({DEAR: costing(1.0, 1.01, 0.99), CHEAP: costing(1.0, 1.0, 1.0)}))

    assert found.state is State.CONTRADICTED
    assert "expected at least 1.3×" in found.why


def test_a_claim_is_undecided_when_the_interval_holds_the_bound(make_run: MakeRun) -> None:
    found = find(make_run({DEAR: costing(1.0, 2.0, 1.3), CHEAP: costing(1.0, 1.0, 1.0)}))

    assert found.state is State.UNDECIDED
    assert found.values == {"cost": "1.4×"}


def test_one_round_decides_nothing(make_run: MakeRun) -> None:
    found = find(make_run({DEAR: costing(9.0), CHEAP: costing(1.0)}))

    assert found.state is State.UNDECIDED


def test_two_rounds_show_no_interval_and_say_that_they_are_too_few(make_run: MakeRun) -> None:
    found = find(make_run({DEAR: costing(4.0, 2.0), CHEAP: costing(1.0, 1.0)}))

    assert found.state is State.UNDECIDED
    assert found.spread == {}
    assert "after 2 rounds, too few" in found.why


def test_only_rounds_that_both_cells_have_are_compared(make_run: MakeRun) -> None:
    found = find(make_run({DEAR: costing(4.0, 4.0, 400.0), CHEAP: costing(1.0, 1.0)}))

    assert found.values == {"cost": "4.0×"}


@pytest.mark.parametrize(
    ("at_most", "state"),
    [(5.0, State.HOLDS), (4.0, State.UNDECIDED), (3.0, State.CONTRADICTED)],
)
def test_an_upper_bound_is_judged_by_the_other_end(
    make_run: MakeRun, at_most: float, state: State
) -> None:
    reading = Reading(
        name="cost", says="cost", figure="cpu_ms", cell=DEAR, over=CHEAP, at_most=at_most
    )

    run = make_run({DEAR: costing(4.0, 4.1, 3.9), CHEAP: costing(1.0, 1.0, 1.0)})

    assert find(run, reading).state is state


def test_one_contradicted_reading_outweighs_another_that_holds(make_run: MakeRun) -> None:
    other = Reading(name="rate", says="rate", figure="rate", cell=DEAR, over=CHEAP, at_most=0.5)

    run = make_run({DEAR: costing(4.0, 4.1, 3.9), CHEAP: costing(1.0, 1.0, 1.0)})

    assert find(run, COST, other).state is State.CONTRADICTED


def test_a_reading_without_a_bound_is_a_number_and_no_condition(make_run: MakeRun) -> None:
    number = Reading(name="rate", says="rate", figure="rate", cell=DEAR)

    found = find(make_run({DEAR: costing(4, 4, 4), CHEAP: costing(1, 1, 1)}), COST, number)

    assert found.state is State.HOLDS
    assert found.values["rate"] == "100 req/s"


def test_the_mean_latency_of_a_closed_loop_is_its_clients_over_its_rate(make_run: MakeRun) -> None:
    latency = Reading(name="latency", says="latency", figure="latency_ms", cell=DEAR)

    found = find(make_run({DEAR: costing(1.0, 1.0), CHEAP: costing(1.0)}), latency)

    assert found.values["latency"] == "160 ms"


def test_without_a_run_a_claim_is_not_measured_here_and_says_how_to() -> None:
    found = find(None)

    assert found.state is State.NOT_MEASURED
    assert "crossroads measure" in found.why
    assert found.values == {}


def test_a_cell_that_the_profile_lacks_leaves_the_claim_not_measured(make_run: MakeRun) -> None:
    found = find(make_run({DEAR: costing(4.0)}))

    assert found.state is State.NOT_MEASURED
    assert CHEAP in found.why


def test_a_cell_that_failed_makes_the_claim_failed_with_its_reason(make_run: MakeRun) -> None:
    found = find(make_run({DEAR: costing(4.0), CHEAP: "wrong answers: 3 × status 500"}))

    assert found.state is State.FAILED
    assert "status 500" in found.why
    assert found.values == {}


def test_a_condition_says_both_bounds() -> None:
    both = Reading(name="n", says="", figure="rate", cell="c", over="d", at_least=0.8, at_most=1.25)

    assert condition(both) == "at least 0.8× and at most 1.25×"
