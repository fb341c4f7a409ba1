"""The shipping desk's settings, and the service beside it."""

import os

from config.settings import *

ROOT_URLCONF = "fastapi_sidecar.urls"

# --8<-- [start:settings]
# The same words as in the service's environment: the first signs, the others are still believed.
SCAN_KEYS = os.environ["SCAN_KEYS"].split()
SCANS_URL = os.environ.get("SCANS_URL", "http://127.0.0.1:8003")
# --8<-- [end:settings]
