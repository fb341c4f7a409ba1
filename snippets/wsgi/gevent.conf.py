"""gunicorn with gevent workers that share what they load: `gunicorn --config gevent.conf.py`."""

# --8<-- [start:config]
from gevent import monkey

# The very first thing. gunicorn's worker patches as well, but with preload_app your project
# has been loaded by then, and with it Django's connections, which then belong to no greenlet.
monkey.patch_all()

import os

wsgi_app = "config.wsgi:application"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

worker_class = "gevent"
workers = int(os.environ.get("WORKERS") or 2)
# Requests at once in each worker, silent connections included. Each that asks the database
# holds a connection, unless a pool limits them.
worker_connections = int(os.environ.get("CONNECTIONS") or 200)
preload_app = True
control_socket_disable = True
# --8<-- [end:config]
