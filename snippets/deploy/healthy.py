"""Exit with 0 when the server in this container answers, with 1 when it does not."""

# --8<-- [start:script]
import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection

# Django answers only to its own names, so this asks by the first of them.
name = os.environ["DJANGO_ALLOWED_HOSTS"].split(",")[0].strip().lstrip(".")
connection = HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=3)
try:
    connection.request("GET", "/health/", headers={"Host": name})
    sys.exit(connection.getresponse().status != HTTPStatus.OK)
except OSError as error:
    sys.exit(f"nobody answers: {error}")
# --8<-- [end:script]
