# --8<-- [start:growth]
"""Find a leak: ask a page again and again, and see what stays.

python manage.py shell -c 'import growth; growth.ask("/rates/table/")', on a copy
"""

import gc
import tracemalloc

from django.test import Client


def ask(path, times=200):
    """Print the lines that keep something of each request, the largest first."""
    client = Client(headers={"host": "localhost"})  # or another name in ALLOWED_HOSTS
    tracemalloc.start()
    before = after_requests(client, path, times)  # caches and pools are full after these
    after = after_requests(client, path, times)
    tracemalloc.stop()
    for line in after.compare_to(before, "lineno"):
        if line.count_diff >= times:
            print(f"{line.size_diff / times:8.0f} bytes of each request stay: {line.traceback}")


def after_requests(client, path, times):
    statuses = {client.get(path).status_code for _ in range(times)}
    print(f"{times} × {path}: {statuses}")
    gc.collect()
    return tracemalloc.take_snapshot()


# --8<-- [end:growth]
