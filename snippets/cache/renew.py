"""A value that one request makes anew, while the others take the old one."""

# --8<-- [start:renew]
import time

from django.core.cache import cache


def get_or_renew(key, make, fresh_s, stale_s, make_s=30):
    """Return what is kept under `key`; when it is older than `fresh_s`, one caller renews it.

    Give `make_s` longer than `make` ever takes: after that another caller may begin.
    """
    lock, is_mine = f"{key}:lock", False
    try:
        while True:
            value, fresh_until = cache.get(key) or (None, 0)
            if fresh_until > time.time():
                return value
            if is_mine:
                value = make()
                cache.set(key, (value, time.time() + fresh_s), fresh_s + stale_s)
                return value
            # `add` tells a single caller that it was the first. That one looks once more.
            is_mine = cache.add(lock, "", make_s)
            if not is_mine:
                if fresh_until:
                    return value  # old, and at once
                time.sleep(0.05)  # nothing is kept yet: wait for the one who makes it
    finally:
        if is_mine:
            cache.delete(lock)


# --8<-- [end:renew]
