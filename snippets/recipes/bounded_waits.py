"""Settings that bound what a view waits for besides a query and a call: a lock, the cache."""

# --8<-- [start:settings]
import os

import dj_database_url

DATABASES = {"default": dj_database_url.config()}
# For a row that another transaction has locked.
DATABASES["default"]["OPTIONS"] = {"options": "-c lock_timeout=2s"}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["REDIS_URL"],
        # In seconds: to be connected, and for each answer.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
# --8<-- [end:settings]
