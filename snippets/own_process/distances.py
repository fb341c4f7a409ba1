"""What is too big for every web worker. It stands for your model, your index, your table."""

# --8<-- [start:object]
import os
from array import array
from functools import cache
from math import dist

from routes.tours import stops_of_the_day


@cache
def distances():
    """Return the km from each place to each other, loaded once for this process."""
    places = stops_of_the_day(int(os.environ.get("PLACES", "1000")))
    print(f"{len(places)} places loaded", flush=True)  # one line in the log for each copy
    return [array("f", (dist(a, b) for b in places)) for a in places]


def nearest(place, count):
    """Return the places that are nearest to a place, the nearest first."""
    km = distances()[place]
    return sorted(range(len(km)), key=km.__getitem__)[1 : count + 1]


# --8<-- [end:object]
