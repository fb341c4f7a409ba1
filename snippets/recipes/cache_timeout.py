"""Settings that bound what a view waits for the cache."""

# --8<-- [start:settings]
import os

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["REDIS_URL"],
        # In seconds: to be connected, and for each answer.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
# --8<-- [end:settings]
