"""The desk, and a view that computes until it is told to stop, and never waits."""

import os
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
desk = get_wsgi_application()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> object:
    """Compute at /compute/; answer as the desk does elsewhere."""
    if environ["PATH_INFO"] != "/compute/":
        return desk(environ, start_response)
    begun, done = os.environ["BEGUN"], os.environ["DONE"]
    os.close(os.open(begun, os.O_CREAT))
    while not os.access(done, os.F_OK):
        pass
    start_response("200 OK", [("Content-Length", "0")])
    return []
