"""What Django says to the relay: who may connect, and what happened."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from rates.clients import client


# --8<-- [start:sign]
def sign(*, valid_s, **claims):
    """Return a JSON Web Token (HS256), which any language can check and only we can make."""
    if not settings.RELAY_KEY:
        raise ImproperlyConfigured("RELAY_KEY is not set. Give it to Django and the relay alike.")
    header, claims = {"alg": "HS256", "typ": "JWT"}, {**claims, "exp": time.time() + valid_s}
    signed = b".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.digest(settings.RELAY_KEY.encode(), signed, sha256)
    return (signed + b"." + encoded(signature)).decode()


def encoded(part):
    return urlsafe_b64encode(part).rstrip(b"=")


# --8<-- [end:sign]


# --8<-- [start:publish]
def publish(room, news):
    """Have the relay tell everybody in a room."""
    token = sign(aud="publish", room=room, valid_s=30)
    answer = client.post(
        f"{settings.RELAY_URL}/publish",
        json=news,
        headers={"Authorization": f"Bearer {token}"},
        timeout=2,
    )
    answer.raise_for_status()


# --8<-- [end:publish]
