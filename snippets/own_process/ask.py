"""Django's side of the service."""

# --8<-- [start:client]
import logging
import os

import httpx

logger = logging.getLogger(__name__)
token = {"Authorization": f"Bearer {os.environ['DISTANCES_TOKEN']}"}
# One for the process, so connections are used again. Its time-out is shorter than the
# page may take: a service that is restarted must not take the page with it.
client = httpx.Client(base_url=os.environ["DISTANCES_URL"], headers=token, timeout=1)


def nearest(place, count=5):
    """Return the nearest places; None while the service cannot be asked."""
    try:
        answer = client.get("/nearest/", params={"place": place, "count": count})
        return answer.raise_for_status().json()["nearest"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        logger.warning("no distances: %r", error)
        return None


# --8<-- [end:client]
