"""A job that does nothing but come through the queue."""

# --8<-- [start:canary]
import os
import time

import httpx
from queues.celery.app import app


@app.task
def canary(sent_at, limit_s=60):
    """Tell the watchdog that a job came through in time; a late one says nothing."""
    if time.time() - sent_at < limit_s:
        httpx.get(os.environ["CANARY_URL"], timeout=10).raise_for_status()


# --8<-- [end:canary]
