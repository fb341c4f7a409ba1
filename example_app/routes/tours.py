"""Plan a tour: go to the nearest stop each time, then undo the crossings (2-opt).

Pure Python that computes and never waits, on purpose: it shows what a server can do
when the processor is the limit.
"""

from math import dist
from random import Random

type Stop = tuple[float, float]
type Tour = list[int]


def stops_of_the_day(count: int) -> list[Stop]:
    """Return the places in km around the depot, which is the first. Always the same ones."""
    # Repeatable data is the point here; nothing is kept secret with it.
    random = Random("stops of the day")
    return [(random.uniform(-20, 20), random.uniform(-20, 20)) for _ in range(count)]


def length(stops: list[Stop], tour: Tour) -> float:
    """Return the km of the round trip."""
    return sum(dist(stops[tour[i - 1]], stops[tour[i]]) for i in range(len(tour)))


# --8<-- [start:nearest-neighbor]
def nearest_neighbor(stops: list[Stop]) -> Tour:
    """Return a tour that always drives to the nearest stop that is left."""
    tour, left = [0], set(range(1, len(stops)))
    while left:
        here = stops[tour[-1]]
        nearest = min(left, key=lambda stop: (dist(here, stops[stop]), stop))
        tour.append(nearest)
        left.remove(nearest)
    return tour


# --8<-- [end:nearest-neighbor]


# --8<-- [start:two-opt]
def two_opt(stops: list[Stop], tour: Tour) -> Tour:
    """Return the tour with pieces turned around for as long as that makes it shorter."""
    tour = tour.copy()
    km = [[dist(a, b) for b in stops] for a in stops]
    is_better = True
    while is_better:
        is_better = False
        for i in range(len(tour) - 2):
            for j in range(i + 2, len(tour)):
                a, b = tour[i], tour[i + 1]
                c, d = tour[j], tour[(j + 1) % len(tour)]
                # Rounding alone could shorten a tour forever by nothing.
                if km[a][c] + km[b][d] < km[a][b] + km[c][d] - 1e-9:
                    tour[i + 1 : j + 1] = reversed(tour[i + 1 : j + 1])
                    is_better = True
    return tour


# --8<-- [end:two-opt]


def plan(count: int) -> dict:
    """Return the tour of the day through this many stops."""
    stops = stops_of_the_day(count)
    tour = two_opt(stops, nearest_neighbor(stops))
    return {"stops": count, "length_km": round(length(stops, tour), 1), "tour": tour}
