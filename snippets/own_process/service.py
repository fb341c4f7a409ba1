"""Somebody waits: a small service, one process, one copy, asked by Django alone."""

# --8<-- [start:service]
import json
import os
import sys
from hmac import compare_digest
from urllib.parse import parse_qsl

from own_process.distances import distances, nearest

TOKEN = os.environ.get("DISTANCES_TOKEN") or sys.exit("set DISTANCES_TOKEN to a long random text")
distances()  # before the first question, so that no question waits for it


def app(environ, start_response):
    status, found = reply(environ)
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(found).encode()]


def reply(environ):
    if environ["PATH_INFO"] == "/health/":
        return "200 OK", {"status": "ok"}
    given = environ.get("HTTP_AUTHORIZATION", "").encode()
    if not compare_digest(given, f"Bearer {TOKEN}".encode()):
        return "401 Unauthorized", {"error": "a bearer token is needed"}
    asked = dict(parse_qsl(environ["QUERY_STRING"]))
    try:
        place, count = int(asked["place"]), int(asked["count"])
        return "200 OK", {"nearest": nearest(place, min(count, 50))}
    except (KeyError, ValueError, IndexError):
        return "400 Bad Request", {"error": "place and count are needed, of a place that is known"}


# --8<-- [end:service]
