# --8<-- [start:hook]
# For gunicorn.conf.py: a worker that has the GIL does not start, and says so.
import sys

from django.urls import get_resolver


def post_worker_init(_worker):
    # Views are loaded with the first request; load them now, with all that they import.
    _ = get_resolver().url_patterns
    if sys._is_gil_enabled():  # there is no public name yet
        raise RuntimeError("the GIL is on; python3.14t check_gil.py says what switched it on")


# --8<-- [end:hook]
