"""A WSGI application whose answer is far larger than all the buffers of a connection."""

from wsgiref.types import StartResponse, WSGIEnvironment

MIB = b"x" * 2**20


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer with 64 MiB, and with nothing at /health/."""
    answer = [] if environ["PATH_INFO"] == "/health/" else [MIB] * 64
    start_response("200 OK", [("Content-Length", str(len(MIB) * len(answer)))])
    return answer
