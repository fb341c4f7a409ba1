"""The desk's settings with the addresses of `stage_urls`, and what the environment adds."""

import os

from config.settings import *  # noqa: F403 - as settings are extended
from config.settings import DATABASES, MIDDLEWARE

ROOT_URLCONF = "stage_urls"
MIDDLEWARE = [*os.environ.get("STAGE_FIRST", "").split(), *MIDDLEWARE]
if pool := DATABASES["default"].get("OPTIONS", {}).get("pool"):
    pool["timeout"] = 0.5
