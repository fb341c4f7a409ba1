"""Settings that bound each query: nothing above it does."""

# --8<-- [start:settings]
import os

import dj_database_url

DATABASES = {"default": dj_database_url.config()}
DATABASES["default"]["OPTIONS"] = {
    # To be connected at all, in seconds.
    "connect_timeout": 5,
    # For one statement. Shorter than the proxy's patience; set it longer for migrations.
    "options": f"-c statement_timeout={os.environ.get('STATEMENT_TIMEOUT', '15s')}",
}
# --8<-- [end:settings]
