"""Settings of a logger that never holds up the event loop."""

import logging
import logging.config

# --8<-- [start:settings]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {
        "console": {"class": "logging.StreamHandler"},
        # Puts the record into a queue; a thread of its own writes what is in it.
        "queue": {
            "class": "logging.handlers.QueueHandler",
            "handlers": ["console"],
            "respect_handler_level": True,
        },
    },
    "root": {"handlers": ["queue"], "level": "WARNING"},
}
# --8<-- [end:settings]


# --8<-- [start:start]
def start_logging():
    """In asgi.py, after `get_asgi_application()`: once in each process that serves."""
    logging.getHandlerByName("queue").listener.start()


# --8<-- [end:start]
