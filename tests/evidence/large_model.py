"""A WSGI app with a model of some size, to see how much memory each way to load it takes.

`MODEL=array` is one block of bytes, as the weights of a model are. `MODEL=objects` is as much in
Python objects, each of which is written to when it is read: its count of references is in it.
"""

import os
from wsgiref.types import StartResponse, WSGIEnvironment

MB = 2**20
ARRAY_MB = 60

match os.environ.get("MODEL"):
    case "array":
        model = os.urandom(MB) * ARRAY_MB
    case "objects":
        model = [f"word {number}" for number in range(900_000)]
    case _:
        model = ()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer with the id of the process; at /read/, after reading the whole model."""
    if environ["PATH_INFO"] == "/read/":
        sum(map(len, model)) if isinstance(model, list) else sum(model[:: 4 * 1024])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
