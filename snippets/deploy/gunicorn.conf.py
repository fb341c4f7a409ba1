"""gunicorn for a Django project under WSGI: `gunicorn --config gunicorn.conf.py`."""

import os
from pathlib import Path


# --8<-- [start:config]
def cores():
    """Return how many cores this container may use; os.cpu_count() does not see its limit."""
    limit = Path("/sys/fs/cgroup/cpu.max")
    quota, period = limit.read_text().split() if limit.exists() else ("max", "")
    return (os.cpu_count() or 1) if quota == "max" else max(1, round(int(quota) / int(period)))


wsgi_app = "config.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# Processes share out the cores, threads the waiting. WORKERS x THREADS requests run at once,
# each with a database connection of its own; all others wait for their turn.
worker_class = "gthread"
workers = int(os.environ.get("WORKERS") or cores())
threads = int(os.environ.get("THREADS") or 8)

# What requests in progress get when a worker stops. Who stops it must wait longer than that.
graceful_timeout = 25

# Longer than your proxy keeps an unused connection. The other way round, it now and then
# sends a request into one that is just being closed, and answers 502.
keepalive = 75

# Replace each worker now and then, in case something leaks. The jitter: not all at once.
max_requests = 10_000
max_requests_jitter = 1_000

# Each worker loads the app itself, so SIGHUP brings new code in. True saves memory, but then
# SIGHUP keeps the old code, and threads that start while it loads are missing in the workers.
preload_app = False
control_socket_disable = True  # signals are enough; a socket is one more way in
# --8<-- [end:config]
