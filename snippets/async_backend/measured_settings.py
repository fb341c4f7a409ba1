"""Settings of the benchmark: pools that are full from the start, so nobody waits to connect."""

from async_backend.settings import *
from async_backend.settings import DATABASES

ROOT_URLCONF = "async_backend.measured_urls"

for database in DATABASES.values():
    if pool := database.get("OPTIONS", {}).get("pool"):
        pool["min_size"] = pool["max_size"]
