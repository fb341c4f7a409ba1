# --8<-- [start:compare]
"""Compare two servers that run the same view: python compare.py URL URL.

Clients ask without a pause, first the one server, then the other, in several rounds.
"""

import argparse
import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from urllib.parse import urlsplit

NOTICEABLE = 1.1


def ask(url, end):
    """Ask once, then again and again until `end`; return the seconds that each answer took."""
    place, took = urlsplit(url), []
    is_tls = place.scheme == "https"
    connect = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
    connection = connect(place.netloc, timeout=30)
    try:
        while (start := time.perf_counter()) < end or not took:
            connection.request("GET", f"{place.path or '/'}?{place.query}")
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise SystemExit(f"{url} answered {answer.status}; nothing is compared")
            took.append(time.perf_counter() - start)
    except (OSError, http.client.HTTPException) as error:
        raise SystemExit(f"{url} gave no answer ({error!r}); nothing is compared") from error
    finally:
        connection.close()
    return took


def load(url, clients, seconds):
    """Return requests per second, and the median and 95th percentile in ms."""
    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        asked = [pool.submit(ask, url, start + seconds) for _ in range(clients)]
    took = [1000 * s for client in asked for s in client.result()]
    rate = len(took) / (time.perf_counter() - start)
    cuts = quantiles(took, n=20)
    return rate, cuts[9], cuts[18]


def verdict(ratios):
    """Say which server answered more, when it did so in every round, and noticeably."""
    low, high = min(ratios), max(ratios)
    if low > NOTICEABLE:
        return f"the second answered {low:.2f} to {high:.2f} times as many requests"
    if high < 1 / NOTICEABLE:
        return f"the first answered {1 / high:.2f} to {1 / low:.2f} times as many requests"
    return f"no difference seen: second to first, {low:.2f} to {high:.2f} times as many requests"


def compare(urls, clients, seconds, rounds):
    for url in urls:
        load(url, clients, seconds / 5)  # to warm up, not counted
    ratios = []
    for number in range(rounds):
        # A machine is not equally fast all the time, and neither may always come first.
        order = urls if number % 2 == 0 else urls[::-1]
        found = {url: load(url, clients, seconds) for url in order}
        for url in urls:
            rate, median, late = found[url]
            print(f"{number + 1:3} {rate:8.0f} req/s {median:8.1f} ms, 95 % {late:8.1f} ms  {url}")
        ratios.append(found[urls[1]][0] / found[urls[0]][0])
    print(verdict(ratios))


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("urls", nargs=2, metavar="URL")
    options.add_argument("--clients", type=int, default=16)
    options.add_argument("--seconds", type=float, default=20, help="of each window")
    options.add_argument("--rounds", type=int, default=6)
    compare(**vars(options.parse_args()))
# --8<-- [end:compare]
