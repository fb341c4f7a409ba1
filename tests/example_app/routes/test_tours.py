from itertools import pairwise
from math import dist

import pytest
from routes.forms import USUAL_STOPS
from routes.tours import length, nearest_neighbor, plan, stops_of_the_day, two_opt

COUNTS = [3, 4, 5, 20, 60, USUAL_STOPS]


@pytest.fixture(params=COUNTS)
def stops(request):
    return stops_of_the_day(request.param)


def test_the_stops_are_always_the_same():
    assert stops_of_the_day(20) == stops_of_the_day(20)
    assert stops_of_the_day(20)[:10] == stops_of_the_day(10)


def test_the_length_is_that_of_the_round_trip():
    square = [(0, 0), (0, 3), (4, 3), (4, 0)]
    assert length(square, [0, 1, 2, 3]) == 14
    assert length(square, [0, 2, 1, 3]) == 18


def test_a_tour_calls_at_each_stop_once(stops):
    nearest = nearest_neighbor(stops)
    assert sorted(nearest) == sorted(two_opt(stops, nearest)) == [*range(len(stops))]


def test_each_leg_leads_to_the_nearest_stop_that_is_left(stops):
    tour = nearest_neighbor(stops)
    for i, (here, there) in enumerate(pairwise(tour)):
        left = tour[i + 1 :]
        assert dist(stops[here], stops[there]) == min(dist(stops[here], stops[s]) for s in left)


@pytest.mark.parametrize("order", ["nearest", "as they come", "backwards"])
def test_two_opt_never_lengthens_a_tour(stops, order):
    count = len(stops)
    tour = {
        "nearest": nearest_neighbor(stops),
        "as they come": [*range(count)],
        "backwards": [*reversed(range(count))],
    }[order]
    assert length(stops, two_opt(stops, tour)) <= length(stops, tour) + 1e-9


def test_two_opt_undoes_a_crossing():
    square = [(0, 0), (0, 3), (4, 3), (4, 0)]
    assert length(square, two_opt(square, [0, 2, 1, 3])) == 14


def test_two_opt_leaves_the_tour_it_was_given_alone(stops):
    tour = [*range(len(stops))]
    two_opt(stops, tour)
    assert tour == [*range(len(stops))]


def test_two_opt_finds_nothing_more_to_do_in_its_own_tour(stops):
    tour = two_opt(stops, nearest_neighbor(stops))
    assert two_opt(stops, tour) == tour


def test_a_plan_starts_at_the_depot_and_tells_its_length():
    planned = plan(20)
    assert planned["tour"][0] == 0
    assert planned["length_km"] == round(length(stops_of_the_day(20), planned["tour"]), 1)
