"""The door for WebSockets: an ASGI server of its own, beside the one for requests."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# --8<-- [start:application]
# This sets Django up. What loads models can be imported only after it.
requests = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, WebsocketDenier
from django.core.exceptions import ImproperlyConfigured
from django.urls import path, re_path
from scanning.bounds import limit_per_user, spread_over_threads
from scanning.consumers import DepotConsumer

if get_channel_layer() is None:
    message = "REDIS_URL is not set. Without it a message reaches no other socket."
    raise ImproperlyConfigured(message)

addresses = [
    path("sockets/depots/<slug:depot>/", DepotConsumer.as_asgi()),
    # Without this line, every unknown address is an error with a traceback in the log.
    re_path("", WebsocketDenier.as_asgi()),
]
# A browser sends the session's cookie along from any site, so the Origin must be one of ours.
sockets = AllowedHostsOriginValidator(
    AuthMiddlewareStack(limit_per_user(URLRouter(addresses))),
)
application = ProtocolTypeRouter(
    {"http": requests, "websocket": spread_over_threads(sockets)},
)
# --8<-- [end:application]
