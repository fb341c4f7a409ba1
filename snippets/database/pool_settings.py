"""The shipping desk's settings, with each bound of its pool spelled out."""

import os

from config.settings import *
from config.settings import DATABASES

# --8<-- [start:pool]
DATABASES["default"] |= {
    "CONN_MAX_AGE": 0,  # the pool keeps connections; Django refuses both at once
    "CONN_HEALTH_CHECKS": True,  # ask a connection whether it still works, before it is lent
}
DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 2,  # connections that each process keeps open
    "max_size": int(os.environ.get("DATABASE_POOL") or 10),  # and has at most
    # Seconds that a request waits for one. Then it fails, with PoolTimeout in the log.
    "timeout": float(os.environ.get("DATABASE_POOL_TIMEOUT_S") or 5),
    # Requests that may wait. One beyond them fails at once, with TooManyRequests.
    "max_waiting": int(os.environ.get("DATABASE_POOL_WAITING") or 100),
}
# --8<-- [end:pool]
