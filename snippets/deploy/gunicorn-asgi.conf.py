"""gunicorn's own ASGI worker: `gunicorn --config gunicorn-asgi.conf.py`."""

import os

# --8<-- [start:config]
wsgi_app = "config.asgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# An event loop in each process. Nothing here bounds what is in progress at once, neither
# `threads` nor `worker_connections`, so have the proxy do it: limit_conn in nginx-asgi.conf.
worker_class = "asgi"
workers = int(os.environ.get("WORKERS") or 1)
asgi_lifespan = "off"  # Django answers no lifespan messages

# A loop that is blocked for so long is taken for dead, and all its requests end with it.
timeout = 30
# What still streams then is cut off.
graceful_timeout = 20
# Longer than the proxy keeps an unused connection.
keepalive = 75

control_socket_disable = True
# --8<-- [end:config]
