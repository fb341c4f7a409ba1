"""The shipping desk's settings behind a PgBouncer in transaction mode."""

import os

from config.settings import *
from config.settings import DATABASES

# --8<-- [start:pgbouncer]
# DATABASE_URL names PgBouncer: postgresql://desk:password@127.0.0.1:6432/desk
DATABASES["default"] |= {
    # A server-side cursor lives in one session, and the next fetch may reach another.
    "DISABLE_SERVER_SIDE_CURSORS": True,
    # Threads that stay may keep their connection to PgBouncer. Under ASGI it stays 0.
    "CONN_MAX_AGE": int(os.environ.get("DATABASE_CONN_MAX_AGE") or 0),
}
DATABASES["default"]["OPTIONS"] |= {
    # A prepared statement lives in one session, too. This is what Django sets by itself.
    "prepare_threshold": None,
}
DATABASES["default"]["OPTIONS"].pop("pool", None)  # PgBouncer is the pool
# --8<-- [end:pgbouncer]
