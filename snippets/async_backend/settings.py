"""The shipping desk's settings, with an async way to its database behind a switch."""

import os

from config.settings import *
from config.settings import DATABASES, INSTALLED_APPS, is_on

ROOT_URLCONF = "async_backend.urls"

# --8<-- [start:switch]
# The experiment is on where ASYNC_ORM=1 is in the environment: in the ASGI process alone,
# for under WSGI the library is not supported.
ASYNC_ORM = is_on("ASYNC_ORM")
if ASYNC_ORM:
    # Gives every model `async_objects`, and closes async connections with their request.
    INSTALLED_APPS = [*INSTALLED_APPS, "django_async_backend"]
    pool_size = int(os.environ.get("ASYNC_POOL") or 10)
    timeout_s = int(os.environ.get("ASYNC_TIMEOUT_S") or 5)
    # The same database under a second name. `default`, and all that uses it, stays as it is.
    DATABASES["async"] = DATABASES["default"] | {
        "ENGINE": "django_async_backend.db.backends.postgresql",
        "CONN_MAX_AGE": 0,  # the pool keeps connections, so Django may not
        "OPTIONS": DATABASES["default"]["OPTIONS"]
        | {
            # The bound of this process. What comes beyond waits, and fails after the time-out.
            "pool": {"min_size": 1, "max_size": pool_size, "timeout": timeout_s},
            "options": f"-c statement_timeout={timeout_s}s",
        },
        "TEST": {"MIRROR": "default"},  # your tests make one database, not two
    }
# --8<-- [end:switch]
