"""The HTTP clients that the carriers are asked with.

A client keeps connections open, so it is shared. Its connections are what limits how
it can be shared: threads may share a `Client`, but the connections of an `AsyncClient`
belong to the event loop that opened them.
"""

import asyncio

import httpx

# --8<-- [start:shared-client]
# Reading the certificates is the slow part of making a client, so both kinds share them.
TLS = httpx.create_ssl_context()
LIMITS = httpx.Limits(max_connections=500, max_keepalive_connections=100)

# One for the process. It opens no connection before the first call, so a server may
# load the app first and fork its workers later.
client = httpx.Client(verify=TLS, limits=LIMITS)
# --8<-- [end:shared-client]


# --8<-- [start:client-per-loop]
_open: dict[asyncio.AbstractEventLoop, tuple] = {}


async def async_client():
    """Return the client of the running event loop.

    Under ASGI there is one loop for the life of the process, so this is one client.
    Under WSGI each request to an async view has a loop of its own that ends with the
    request. A client from an earlier request would hold connections of a dead loop and
    fail with "Event loop is closed".
    """
    loop = asyncio.get_running_loop()
    if loop not in _open:
        lifetime = _lifetime(loop)
        _open[loop] = (await anext(lifetime), lifetime)
    return _open[loop][0]


async def _lifetime(loop):
    # A loop that ends closes the async generators that were started in it
    # (loop.shutdown_asyncgens). That is the one moment to close the client as well.
    client = httpx.AsyncClient(verify=TLS, limits=LIMITS)
    try:
        yield client
    finally:
        del _open[loop]
        await client.aclose()


# --8<-- [end:client-per-loop]
