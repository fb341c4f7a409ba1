"""The desk, and a view that has the same work done in a thread and as a job."""

import os
from threading import Thread
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
desk = get_wsgi_application()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> object:
    """Answer at /order/ as soon as both have begun, and else as the desk does."""
    if environ["PATH_INFO"] != "/order/":
        return desk(environ, start_response)

    from labels.tasks import print_label  # noqa: PLC0415 - needs Django set up

    Thread(target=print_after_asking, args=["DX00000001"]).start()
    print_label.enqueue("DX00000002")
    start_response("202 Accepted", [("Content-Length", "0")])
    return []


def print_after_asking(number: str) -> None:
    """Print a label once its carrier has said a price, which a test can hold back."""
    from labels.printing import print_label  # noqa: PLC0415
    from rates.carriers import get_quote  # noqa: PLC0415

    get_quote("postal", weight_g=500, country="DE")
    print_label(number)
