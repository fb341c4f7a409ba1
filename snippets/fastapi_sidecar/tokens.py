"""Believe what Django signed, without asking it: only signing is taken from Django."""

import os
from typing import Annotated, Any

from django.core import signing
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

# --8<-- [start:token]
# Not Django's SECRET_KEY, which opens far more. To change it, put the new one before the old
# one here and in Django, and remove the old one when all its tokens have expired.
KEY, *OLD_KEYS = os.environ["SCAN_KEYS"].split()
TOKEN_AGE_S = int(os.environ.get("TOKEN_AGE_S") or 12 * 60 * 60)

Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def who_may(right):
    """Return a check that gives the claims of a token. It asks neither Django nor a database."""

    async def check(bearer: Bearer):
        how = {"salt": "scans", "max_age": TOKEN_AGE_S, "fallback_keys": OLD_KEYS}
        try:
            claims = signing.loads(bearer.credentials, key=KEY, **how)
        except signing.BadSignature as error:  # forged, cut off or expired
            why = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise HTTPException(401, "a valid token is needed", why) from error
        if claims["may"] != right:
            raise HTTPException(403, f"this token may not {right}")
        return claims

    return Annotated[dict[str, Any], Depends(check)]


# --8<-- [end:token]
