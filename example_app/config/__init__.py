"""The project: settings, addresses and the two doors for servers, WSGI and ASGI."""
