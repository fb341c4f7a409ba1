"""The desk's settings, with the middleware that readers copy."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as _OTHERS

MIDDLEWARE = ["queue_time.queue_time", *_OTHERS]
