"""gunicorn with few processes that share what they load: `gunicorn --config gunicorn.conf.py`."""

# --8<-- [start:config]
import gc
import os

wsgi_app = "config.wsgi:application"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

# Threads share the memory of their process; each process has its own.
worker_class = "gthread"
workers = int(os.environ.get("WORKERS") or 2)
threads = int(os.environ.get("THREADS") or 8)

# Load the project once, before the workers are forked. They share each page of memory that
# none of them writes to. New code comes with a restart: after SIGHUP the old one still runs.
preload_app = True

# Replace a worker after so many requests, give or take, in case something leaks.
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True


def when_ready(_server):
    """Get all ready to be shared; gunicorn calls this before it forks the first worker."""
    from django.urls import get_resolver  # Django is not set up any earlier

    # Views are loaded by the first request: without this line, in each worker anew.
    _ = get_resolver().url_patterns
    # The collector writes into what it looks at, so it shall leave alone what is here now.
    gc.collect()
    gc.freeze()


# --8<-- [end:config]
