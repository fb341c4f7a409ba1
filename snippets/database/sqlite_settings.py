"""The shipping desk's settings on SQLite, for more than one thread."""

from config.settings import *
from config.settings import DATABASES

# --8<-- [start:sqlite]
DATABASES["default"]["OPTIONS"] = {
    # Those who read do not wait for the one who writes.
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
    # A transaction takes the right to write when it begins. One that first reads and then wants
    # to write could be told at once that the database is locked, however long `timeout` is.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds to wait for whoever writes
}
# --8<-- [end:sqlite]
