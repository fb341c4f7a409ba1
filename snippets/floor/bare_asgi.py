"""The floor for ASGI: the least that a server can be asked for, without any framework."""

import json

from config.process import describe_process

ANSWERS = {
    "/health/": lambda: {"status": "ok"},
    "/process/": lambda: describe_process("asgi"),
}


# --8<-- [start:application]
async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        return await live(receive, send)
    if scope["type"] != "http":
        # A server takes the exception for "not supported" and refuses the connection.
        message = f"{scope['type']} is not supported"
        raise ValueError(message)
    answer = ANSWERS.get(scope["path"])
    status = 200 if answer else 404
    body = json.dumps(answer() if answer else {"error": "not found"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return None


async def live(receive, send):
    """Tell the server that nothing has to be prepared, and later that nothing is left to do."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


# --8<-- [end:application]
