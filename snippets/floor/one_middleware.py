"""Settings with a single middleware, which is written for sync alone. Only for the benchmark."""

from config.settings import *

MIDDLEWARE = ["floor.one_middleware.stamp"]


# --8<-- [start:sync-only]
def stamp(get_response):
    """The oldest way to write a middleware: a plain function around a plain function."""

    def middleware(request):
        response = get_response(request)
        response["X-Stamped"] = "yes"
        return response

    return middleware


# --8<-- [end:sync-only]
