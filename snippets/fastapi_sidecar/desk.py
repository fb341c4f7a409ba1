"""Django's side of the service: who may talk to it, and taking over what came in."""

from contextlib import suppress

import httpx
from config.tokens import token_required
from django.conf import settings
from django.core import signing
from django.http import Http404, JsonResponse
from django.views.decorators.cache import never_cache
from tracking.reports import report


# --8<-- [start:token]
def scan_token(**claims):
    return signing.dumps(claims, key=settings.SCAN_KEYS[0], salt="scans")


@never_cache
@token_required
def token_for_scanner(_request, scanner):
    """Give a scanner its token; after TOKEN_AGE_S the service wants a new one."""
    return JsonResponse({"token": scan_token(may="report", scanner=scanner)})


# --8<-- [end:token]


# --8<-- [start:collect]
def collect():
    """Take over all that waits in the service. Stopped halfway, the next call goes on."""
    headers = {"Authorization": f"Bearer {scan_token(may='collect')}"}
    with httpx.Client(base_url=settings.SCANS_URL, headers=headers, timeout=10) as service:
        while scans := service.get("/scans/").raise_for_status().json():
            for scan in scans:
                store(scan)
            # Only now, when all is committed. What comes a second time, `report` ignores.
            ids = [scan["id"] for scan in scans]
            service.post("/scans/taken/", json=ids).raise_for_status()


def store(scan):
    with suppress(Http404):  # nobody has announced this parcel
        report(scan["number"], at=scan["at"], place=scan["place"], note="Scanned")


# --8<-- [end:collect]
