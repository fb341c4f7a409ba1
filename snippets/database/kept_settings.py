"""The shipping desk's settings for WSGI: connections that threads keep, and ends for them."""

from config.settings import *
from config.settings import DATABASES

# --8<-- [start:kept]
# For the WSGI processes alone. Under ASGI leave CONN_MAX_AGE at 0 and take a pool.
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,  # seconds; what connecting costs is paid once a minute
    "CONN_HEALTH_CHECKS": True,  # after a restart of the database, connect again
}
# --8<-- [end:kept]

# --8<-- [start:ends]
# PostgreSQL itself ends what takes longer, whatever becomes of the process that asked:
# a query, a query that waits for a lock, a transaction in which nothing happens.
ends = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}
DATABASES["default"]["OPTIONS"]["options"] = " ".join(f"-c {k}={v}" for k, v in ends.items())
# --8<-- [end:ends]
