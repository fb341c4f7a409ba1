# --8<-- [start:yields]
"""Does the driver let other greenlets run while a query waits?

python does_it_yield.py "$DATABASE_URL"
"""

from gevent import monkey

monkey.patch_all()  # before anything else is imported

import sys

import gevent
import psycopg  # the driver under test: put yours here

FEW = 10


def beats_during(wait):
    """Return how often another greenlet ran meanwhile."""
    beats = []

    def beat():
        while True:
            beats.append(1)
            gevent.sleep(0.01)

    heart = gevent.spawn(beat)
    gevent.sleep(0)
    before = len(beats)
    wait()
    during = len(beats) - before
    heart.kill()
    return during


if __name__ == "__main__":
    with psycopg.connect(sys.argv[1]) as connection:
        beats = beats_during(lambda: connection.execute("SELECT pg_sleep(1)"))
    print(f"another greenlet ran {beats} times meanwhile")
    sys.exit("it blocks: keep this driver away from gevent" if beats < FEW else 0)
# --8<-- [end:yields]
