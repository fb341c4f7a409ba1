"""gunicorn with sync workers behind a proxy: `gunicorn --config gunicorn-sync.conf.py`."""

import os

# --8<-- [start:config]
wsgi_app = "config.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# A process for each request in progress, and no thread beside it: for code that must not
# share a process. Only behind a proxy that buffers: a slow client would hold the process.
worker_class = "sync"
workers = int(os.environ.get("WORKERS") or 4)

# Under sync workers, and under these alone, this ends a request: its worker is killed.
# More than the proxy's proxy_read_timeout, which tells the client before.
timeout = 60
graceful_timeout = 25

max_requests = 10_000
max_requests_jitter = 1_000
preload_app = False
control_socket_disable = True
# --8<-- [end:config]
